"""The seed's commands: `mercarich check_item_yahoo 2 4 --max-workers 14`, alike for each marketplace."""

from collections.abc import Sequence

from mercarich_contracts.market import Marketplace
from mercarich_platform.settings import SharedSettings
from mercarich_runs.commands import Planner, RunCommand
from mercarich_runs.ports import Counts, Operation
from mercarich_runs.use_cases.see_through import Report


def check_item(marketplace: Marketplace, argv: Sequence[str]) -> int:
    """Check the {marketplace} sources of sellers who have this many checks a day (2, 4)."""
    return CHECK_ITEM(marketplace, argv)


def _tell(counts: Counts) -> str:
    return (
        f"{counts.checked:,}/{counts.planned:,} checked,"
        f" {counts.withdrawn:,} withdrawn, {counts.held:,} held, {counts.unknown:,} unknown"
    )


def _build(marketplace: Marketplace, shared: SharedSettings, report: Report) -> Planner:
    from mercarich_checker.bootstrap import build_planner  # drivers: not for a help page

    return build_planner(marketplace, shared, report)


CHECK_ITEM = RunCommand(
    operation=Operation.CHECK,
    description="Start a check run over {marketplace} sources and wait for its end. An earlier run of this marketplace "
    "ends as superseded if this one covers its sellers; else it goes on without the sources that this one takes.",
    batch_setting="CHECK_BATCH_ITEMS",
    build=_build,
    tell=_tell,
    marks_only="only mark what is gone; withdraw nothing",
    beside_watch="leave out what the watch has looked at in time; everything where the watch does not work",
)
