"""The seed's command lines: `mercarich update_item_yahoo 2 4 --max-workers 14`, alike for each marketplace."""

from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_platform.settings import SharedSettings
from mercarich_runs.commands import Planner, RunCommand
from mercarich_runs.ports import Counts, Operation
from mercarich_runs.use_cases.see_through import Report


def update_item(marketplace: Marketplace, argv: Sequence[str]) -> int:
    """Search replacements for withdrawn {marketplace} listings of the sellers with these checks a day (2, 4)."""
    return UPDATE_ITEM(marketplace, argv)


def _tell(counts: Counts) -> str:
    return f"{counts.checked:,}/{counts.planned:,} searched, {counts.revived:,} revived, {counts.unknown:,} unknown"


def _build(marketplace: Marketplace, shared: SharedSettings, report: Report) -> Planner:
    from mercarich_updater.bootstrap import build_planner  # drivers: not for a help page

    return build_planner(marketplace, shared, report)


UPDATE_ITEM = RunCommand(
    operation=Operation.UPDATE,
    description="Start an update run: search replacements for the {marketplace} listings that lost their source, and "
    "see it through. An earlier run of this marketplace ends as superseded if this one covers its sellers; else it "
    "goes on without the listings that this one takes.",
    batch_setting="REVIVAL_BATCH_ITEMS",
    build=_build,
    tell=_tell,
)
