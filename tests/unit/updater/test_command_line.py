"""Rows C1, C2, C4 for update_item_*: the original's command line unchanged, and one sentence for an error."""

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_contracts.sites import SITES
from mercarich_updater.commands import UPDATE_ITEM


@pytest.mark.parametrize("marketplace", list(Marketplace))
def test_c1_t2_t3_the_schedules_line_is_accepted_verbatim(marketplace: Marketplace) -> None:
    [row] = [row for row in SCHEDULE if row.name == f"update-item-{marketplace}"]
    command, *words = row.command
    request, _ = UPDATE_ITEM.parse(marketplace, words)
    assert command == f"update_item_{marketplace}"
    assert (request.plans, request.max_workers, row.component) == ((2, 4), 14, "updater")
    assert row.cron == SITES[marketplace].update


def test_c4_every_option_is_read() -> None:
    line = "4 --group-lower 100 --beginwith 5 --usernames a b --skus s1 s2 --request-key job-1"
    request, key = UPDATE_ITEM.parse(Marketplace.YAHOO, line.split())
    assert (request.plans, request.max_workers, request.group_lower, request.begin_with) == ((4,), 4, 100, 5)
    assert (request.usernames, request.skus, request.without_update, key) == (("a", "b"), ("s1", "s2"), False, "job-1")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("3", "a plan is 2 or 4 checks a day, not '3'"),
        ("", "the following arguments are required: check_times"),
        ("2 --without-update", "unrecognized arguments: --without-update"),
        ("2 --dual-boot", "add --yes to confirm"),
    ],
)
def test_c2_a_wrong_argument_is_named(line: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        UPDATE_ITEM.parse(Marketplace.YAHOO, line.split())
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
