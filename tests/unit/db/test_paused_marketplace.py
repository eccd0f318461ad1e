"""Row O6: the operator's view of a pause is the same setting that planners and workers read."""

import pytest

from mercarich_db.settings_store import worker_setting


@pytest.mark.parametrize(
    ("key", "mode"),
    [
        ("INVCHK_YAHOO_WORKER", "paused"),
        ("INVRES_YAHOO_WORKER", "paused"),
        ("INVCHK_MERCARI_WORKER", "auto"),
        ("INVRES_MERCARI_WORKER", "auto"),
        ("FEED_WORKER", "auto"),
        ("BACKGROUND_SEARCH_WORKER", "auto"),
    ],
)
def test_o6_the_pools_of_a_paused_marketplace_are_paused_and_no_others(key: str, mode: str) -> None:
    texts = {"MARKETPLACE_YAHOO": "paused", "MARKETPLACE_MERCARI": "on"}

    assert worker_setting(texts, key).mode == mode
    assert worker_setting({}, key).mode == "auto"


def test_o6_a_fixed_pool_rests_too_and_keeps_its_numbers() -> None:
    texts = {"MARKETPLACE_YAHOO": "paused", "INVCHK_YAHOO_WORKER_MODE": "fixed", "INVCHK_YAHOO_WORKER": "7"}

    assert (worker_setting(texts, "INVCHK_YAHOO_WORKER").mode, worker_setting(texts, "INVCHK_YAHOO_WORKER").high) == (
        "paused",
        7,
    )
