"""The meaning of a pool's three keys together."""

import pytest

from mercarich_db.setting_definitions import WORKERS
from mercarich_db.settings_store import BadSetting, WorkerSetting, worker_setting
from mercarich_reasons.settings import NoWholeNumber, NoWorkerSetting, WorkersCrossed

KEY = "INVCHK_YAHOO_WORKER"


@pytest.mark.parametrize(("key", "first"), WORKERS.items())
def test_without_anything_stored_the_first_values_hold(key: str, first: int) -> None:
    assert worker_setting({}, key) == WorkerSetting("auto", 1, first)


def test_the_number_is_the_most_and_min_the_least() -> None:
    assert worker_setting({KEY: "8", f"{KEY}_MIN": "3"}, KEY) == WorkerSetting("auto", 3, 8)


def test_a_fixed_number_is_both_whatever_the_minimum_says() -> None:
    texts = {KEY: "4", f"{KEY}_MIN": "9", f"{KEY}_MODE": "fixed"}

    assert worker_setting(texts, KEY) == WorkerSetting("fixed", 4, 4)


def test_a_paused_pool_keeps_its_numbers() -> None:
    assert worker_setting({KEY: "4", f"{KEY}_MODE": "paused"}, KEY) == WorkerSetting("paused", 1, 4)


@pytest.mark.parametrize("text", ["-1", "0", "501", "1000000", "many", "", "2.5"])
@pytest.mark.parametrize("key", [KEY, f"{KEY}_MIN"])
def test_a_number_that_cannot_be_used_is_refused(key: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        worker_setting({key: text}, KEY)

    assert refused.value.reason == NoWholeNumber(key, 1, 500, text)


def test_more_at_least_than_at_most_is_refused() -> None:
    with pytest.raises(BadSetting) as refused:
        worker_setting({f"{KEY}_MIN": "6"}, KEY)

    assert refused.value.reason == WorkersCrossed(KEY, 6, 5)


def test_a_key_that_is_no_pools_is_refused() -> None:
    with pytest.raises(BadSetting) as refused:
        worker_setting({}, "BRAKE_LISTINGS")

    assert refused.value.reason == NoWorkerSetting("BRAKE_LISTINGS", tuple(WORKERS))
