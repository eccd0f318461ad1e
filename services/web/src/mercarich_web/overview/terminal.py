"""The page of `mercarich status`."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.coverage import LEAST_COVERAGE, Coverage
from mercarich_contracts.schedule import tokyo
from mercarich_listings.restored import Unverified
from mercarich_reasons.capacity import told
from mercarich_web.console.output import ago, cell, facts, number, section, span, table
from mercarich_web.overview.status import MarketplaceStatus, Status
from mercarich_web.runs.terminal.holds import hold_table
from mercarich_web.runs.terminal.runs import outcome, progress
from mercarich_web.schedule.slots import ScheduleStatus
from mercarich_web.troubles.troubles import Trouble
from mercarich_web.workers.queues import Reach
from mercarich_web.workers.terminal.queues import pool_table

_RED = "bold red"


def page(status: Status) -> RenderableType:
    reach = facts([("database", _reach(status.database)), ("broker", _reach(status.broker))])
    parts = [section(f"Status at {tokyo(status.at)}", reach)]
    parts.append(section("troubles", _troubles(status.troubles, status.at)))
    if status.unverified is not None:
        parts.append(section("restored from a backup", _unverified(status.unverified)))
    parts += [section(each.marketplace, _marketplace(each, status.at)) for each in status.marketplaces]
    if status.holds:
        parts.append(section("open holds", hold_table(status.holds)))
    if status.open_feeds:
        rows = [
            [
                str(feed.submission_id),
                feed.username,
                feed.state,
                feed.items,
                ago(feed.created_at, status.at),
                feed.problem,
            ]
            for feed in status.open_feeds
        ]
        parts.append(section("open feeds", table(["submission", "seller", "state", "items", "since", "problem"], rows)))
    if status.pools:
        parts.append(section("pools", pool_table(status.pools)))
    if status.schedules:
        parts.append(section("schedule", _schedules(status)))
    return Group(*parts)


def _reach(reach: Reach) -> Text:
    return cell(f"ok  {reach.where}", "green") if reach.ok else cell(reach.problem, _RED)


def _troubles(found: Sequence[Trouble], now: datetime) -> RenderableType:
    if not found:
        return cell("none: everything was measured and works", "green")
    rows = [[cell(one.reason, _RED), ago(one.since, now), cell(next(iter(one.because), None))] for one in found]
    return table(["trouble", "since", "why"], rows)


def _unverified(left: Unverified) -> RenderableType:
    return facts(
        [
            ("restored", tokyo(left.restored_at)),
            ("offers at 0 to read", number(left.zeros, _RED)),
            ("sources to look at", number(left.sources, "yellow")),
            ("other offers to read", number(left.offers, "yellow")),
        ]
    )


def _marketplace(market: MarketplaceStatus, now: datetime) -> RenderableType:
    backlog, pushes, run = market.backlog, market.pushes, market.run
    rows: list[tuple[str, object]] = [("newest run", "none yet")]
    if run is not None:
        rows = [("newest run", Text.assemble(f"{run.id}  ", outcome(run), f"  {progress(run)}"))]
        if run.ends_at is not None:
            rows.append(("ends about", run.ends_at))
        if run.note:
            rows.append(("note", cell(run.note, "yellow")))
    if market.search is not None:
        found = f"{market.search.revived:,} revived"
        rows.append(
            (
                "newest search",
                Text.assemble(f"{market.search.id}  ", outcome(market.search), f"  {progress(market.search)}, {found}"),
            )
        )
    later = f"{backlog.pending - backlog.due:,} under way or after a wait"
    rows += [
        ("to look at", cell(f"{backlog.due:,} now, {later}; never checked {backlog.never_checked:,}")),
        ("oldest look", ago(backlog.oldest_checked_at, now)),
        ("unknown", number(backlog.unknown, "yellow")),
        ("set aside", number(backlog.set_aside, _RED)),
        ("withdrawals to push", _waiting(pushes.withdrawals, pushes.oldest_withdrawal_at, now)),
        ("restores to push", _waiting(pushes.restores, pushes.oldest_restore_at, now)),
        ("exposed offers", number(pushes.exposed, _RED)),
        ("unknown to Amazon", number(pushes.orphans, "yellow")),
    ]
    rows.append(("capacity", _capacity(market.capacity)))
    rows.append(("coverage", _coverage(market.coverage, now)))
    if market.coverage is not None:
        rows.append(("looks", _looks(market.coverage, now)))
    return facts(rows)


def _capacity(capacity: Capacity | None) -> Text:
    if capacity is None:
        return cell("not counted yet")
    return cell(told(capacity), _RED if capacity.is_short else "")


def _coverage(coverage: Coverage | None, now: datetime) -> Text:
    if coverage is None:
        return cell("not counted yet")
    if not coverage.is_current(now):
        return cell(f"not known: not counted since {tokyo(coverage.counted_at)}", _RED)
    within = f"{coverage.percent} % of {coverage.sources:,} sources on sale were within their plans"
    return cell(f"{within} {ago(coverage.counted_at, now)}", _RED if coverage.share < LEAST_COVERAGE else "")


def _looks(coverage: Coverage, now: datetime) -> Text:
    since = (("half", coverage.half_since), ("95 %", coverage.most_since), ("all", coverage.oldest_at))
    told = [f"{share} within {span((now - at).total_seconds())}" for share, at in since if at is not None]
    return cell(", ".join([*told, *([f"{coverage.unseen:,} without one so far"] if coverage.unseen else [])]) or None)


def _waiting(count: int, oldest: datetime | None, now: datetime) -> Text:
    return number(count) if oldest is None else Text.assemble(number(count), "  oldest ", ago(oldest, now))


def _schedules(status: Status) -> RenderableType:
    rows = [[each.name, each.started_at, _ended(each), _missed(each), each.next_slot] for each in status.schedules]
    return table(["name", "last start", "ended", "missed", "next"], rows)


def _ended(schedule: ScheduleStatus) -> Text:
    if schedule.started_at is None:
        return cell(None)
    if schedule.exit_code is None:
        return Text("not yet")
    return cell(f"exit {schedule.exit_code}", _RED if schedule.exit_code else "")


def _missed(schedule: ScheduleStatus) -> Text:
    if schedule.paused_by:
        return cell(f"paused by {schedule.paused_by}", "yellow")
    if schedule.overdue:
        return cell(f"{schedule.missed}, overdue", _RED)
    return cell(None) if schedule.missed is None else number(schedule.missed, _RED)
