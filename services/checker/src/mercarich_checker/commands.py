"""The seed's command lines: `mercarich check_item_yahoo 2 4 --max-workers 14`, alike for Mercari."""

from collections.abc import Sequence

from mercarich_checker.bootstrap import build_planner
from mercarich_contracts.market import Marketplace
from mercarich_runs.commands import RunCommand
from mercarich_runs.ports import Counts, Operation


def check_item_yahoo(argv: Sequence[str]) -> int:
    """Check the Yahoo! Auctions sources of the sellers with these checks a day (2, 4)."""
    return CHECK_ITEM(Marketplace.YAHOO, argv)


def check_item_mercari(argv: Sequence[str]) -> int:
    """Check the Mercari sources of the sellers with these checks a day (2, 4)."""
    return CHECK_ITEM(Marketplace.MERCARI, argv)


def _tell(counts: Counts) -> str:
    return (
        f"{counts.checked:,}/{counts.planned:,} checked,"
        f" {counts.withdrawn:,} withdrawn, {counts.held:,} held, {counts.unknown:,} unknown"
    )


CHECK_ITEM = RunCommand(
    operation=Operation.CHECK,
    description="Start a check run over {marketplace} sources and see it through. The newest start wins: "
    "an earlier run of this marketplace ends as superseded.",
    batch_setting="CHECK_BATCH_ITEMS",
    build=build_planner,
    tell=_tell,
    marks_only="only mark what is gone; withdraw nothing",
)
