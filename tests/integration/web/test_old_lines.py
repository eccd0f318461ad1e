"""Run every old command line of docs/from-the-original.md as written there, and check what its row states."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from tests.integration.web.conftest import Done
from tests.integration.web.working_place import (
    BOTH,
    DOWN,
    MERCARI,
    YAHOO,
    Arrange,
    Check,
    Place,
    checked,
    deleted,
    lost,
    nothing,
    offers,
    one_job_frozen,
    one_token_lost,
    place,
    pushed,
    revived,
    says,
    start_amazon,
    taken_over,
    tokens_judged,
    with_feed,
    withdrawn_long_ago,
)

__all__ = ["place", "start_amazon"]
ROOT = Path(__file__).resolve().parents[3]
SHIM = ROOT / "docker"
"""The folder of manage.py, which is the working directory of each image."""


def _old_lines() -> list[str]:
    table = (ROOT / "docs/from-the-original.md").read_text(encoding="utf-8").split("## Old command, new command")[1]
    table = table.split("Lines of the shell")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def _set(place: Place, done: Done) -> None:
    assert done.stdout == "6\n"
    assert place.setting("INVCHK_YAHOO_WORKER") == "6"


DOES: dict[str, tuple[Arrange, Check]] = {
    "python manage.py check_item_yahoo 2 4 --max-workers 14": (
        offers(YAHOO),
        checked(YAHOO, dict.fromkeys(("YA-1", "YA-3", "YA-4", "YA-6"), DOWN), 6, **BOTH),
    ),
    "python manage.py check_item_mercari 2 4 --max-workers 14": (
        offers(MERCARI),
        checked(MERCARI, dict.fromkeys(("ME-1", "ME-3", "ME-4", "ME-6"), DOWN), 6, **BOTH),
    ),
    "python manage.py check_item_yahoo 4 --max-workers 14 --group-lower 100 --beginwith 0": (
        offers(YAHOO),
        checked(YAHOO, dict.fromkeys(("YA-4", "YA-6"), DOWN), 3, plans=[4], group_lower=100, begin_with=0),
    ),
    "python manage.py check_item_yahoo 2 4 --usernames taro hanako --without-update": (
        offers(YAHOO),
        checked(
            YAHOO,
            dict.fromkeys(("YA-1", "YA-3", "YA-4", "YA-6"), (1, True)),
            6,
            plans=[2, 4],
            max_workers=4,
            usernames=["taro", "hanako"],
            without_update=True,
        ),
    ),
    "python manage.py check_item_mercari 2 --skus ME-1 ME-2": (
        offers(MERCARI),
        checked(MERCARI, {"ME-1": DOWN}, 2, plans=[2], skus=["ME-1", "ME-2"]),
    ),
    "python manage.py update_item_yahoo 2 4 --max-workers 14": (lost(YAHOO), revived(YAHOO)),
    "python manage.py update_item_mercari 2 4 --max-workers 14": (lost(MERCARI), revived(MERCARI)),
    "python manage.py update_amazon_feed_by_yahoo": (with_feed, pushed(YAHOO)),
    "python manage.py update_amazon_feed_by_mercari": (with_feed, pushed(MERCARI)),
    "python manage.py update_feed_yahoo --max-workers 4 --max-item-count 1000": (with_feed, pushed(YAHOO)),
    "python manage.py update_feed_mercari": (with_feed, pushed(MERCARI)),
    "python manage.py update_env": (nothing, says("settings read, 0 cannot be used")),
    "python manage.py delete_old_items --expired-days 7": (withdrawn_long_ago, deleted),
    "python manage.py check_background_jobs": (one_job_frozen, taken_over),
    "python manage.py validate_mws_tokens": (one_token_lost, tokens_judged),
    "python manage.py constant_manager INVCHK_YAHOO_WORKER": (nothing, says("5\n")),
    "python manage.py constant_manager INVCHK_YAHOO_WORKER --get-default": (nothing, says("5\n")),
    'python manage.py constant_manager --operation set INVCHK_YAHOO_WORKER 6 --description "more checks"': (
        nothing,
        _set,
    ),
}
NOT_OURS = {"rq info"}
"""A command of another program: its row names ours, and no shim exists for it."""


def test_every_row_of_the_runbook_is_known_here() -> None:
    assert set(_old_lines()) == set(DOES) | NOT_OURS


@pytest.mark.parametrize("line", sorted(DOES))
def test_c1_s2_t4_an_old_line_runs_as_it_stands_and_does_what_its_row_says(place: Place, line: str) -> None:
    arrange, check = DOES[line]
    arrange(place)
    done = subprocess.run(
        shlex.split(line),
        cwd=SHIM,
        env=place.mercarich.environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    check(place, Done(done.returncode, done.stdout, done.stderr))


def test_rq_info_has_its_own_answer(place: Place) -> None:
    assert "checker-yahoo" in place.mercarich.page("queue", "info")
