"""For each kind of record: when it is old, which old rows stay all the same, and which rows are deleted before it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Self

from sqlalchemy import Column, ColumnElement, Delete, Table, and_, delete, exists, func, not_, or_, select, tuple_

from mercarich_db.open_orders import IS_OPEN, ITS_DECISION
from mercarich_db.tables import (
    amazon_links,
    audit_log,
    catalog_searches,
    decision_links,
    deletions,
    evidence,
    hold_releases,
    holds,
    invitations,
    job_files,
    job_problems,
    job_queries,
    job_rows,
    jobs,
    listing_events,
    listings,
    order_decisions,
    order_items,
    order_replacements,
    order_searches,
    revival_candidates,
    revivals,
    run_absences,
    run_heads,
    run_sellers,
    runs,
    schedule_runs,
    sessions,
    settings_history,
    source_items,
    submission_items,
    submissions,
    token_checks,
)
from mercarich_listings import store
from mercarich_web.housekeeping.expiry import tokyo_day
from mercarich_web.housekeeping.retention import Record

RUNS_KEPT = 20
"""Newest runs of each operation and marketplace that stay however old they are: what is known of items rests on
them."""

Key = tuple[Any, ...]
Condition = Callable[[datetime], ColumnElement[bool]]
Deletion = Callable[[Sequence[Key], ColumnElement[bool]], Delete]
"""Maps keys, and a condition that their rows must still meet, to the statement that deletes them."""


@dataclass(frozen=True, slots=True)
class Kept:
    key: tuple[Column[Any], ...]
    """The primary key of the table."""
    setting: str
    goes: Condition
    """Builds the condition under which a row may be deleted; its argument is the latest time that counts as old."""
    deleting: Deletion
    begun: Column[Any] | None = None
    """A time that grows with the key: a walk by key ends at the first younger row. None: the whole table is walked."""
    children: tuple[Table, ...] = ()
    """Tables whose key begins with this table's key and a number; their rows are deleted first, some at a time."""

    @classmethod
    def of(
        cls,
        table: Table,
        setting: str,
        goes: Condition,
        begun: Column[Any] | None = None,
        children: tuple[Table, ...] = (),
    ) -> Self:
        """Describe rows of a table that only web deletes."""
        return cls(tuple(table.primary_key), setting, goes, partial(_deletion, table), begun, children)


def _deletion(table: Table, keys: Sequence[Key], still: ColumnElement[bool]) -> Delete:
    key = tuple(table.primary_key)
    these = tuple_(*key).in_(keys) if len(key) > 1 else key[0].in_([first for (first,) in keys])
    return delete(table).where(these, still)


def _ended(column: Column[Any], *more: ColumnElement[bool]) -> Condition:
    return lambda before: and_(column <= before, *more)


def _another(table: Table, *same: str) -> ColumnElement[bool]:
    """There is a newer row with the same values in these columns."""
    newer = table.alias("newer")
    return exists().where(newer.c.id > table.c.id, *(newer.c[name] == table.c[name] for name in same)).correlate(table)


def _not_the_last(table: Table) -> ColumnElement[bool]:
    """SQLite would give the id of the last row to a new one, and other tables refer to the id."""
    every = table.alias("every")
    return table.c.id < select(func.max(every.c.id)).scalar_subquery()


def _older_start() -> ColumnElement[bool]:
    """There is a newer start of the same row of the schedule; the newest is needed to see what is overdue."""
    other = schedule_runs.alias("other")
    newest = select(func.max(other.c.slot)).where(other.c.name == schedule_runs.c.name)
    return schedule_runs.c.slot < newest.correlate(schedule_runs).scalar_subquery()


_IS_OVER = not_(IS_OPEN)
"""The item is not to be sent any more, or of a store whose orders are read no more."""


def _told_by_newer(before: datetime, event: Any = listing_events.c) -> ColumnElement[bool]:
    """An old event that no listing's present state rests on: its listing is gone, or there is a newer event of its
    kind, and a newer one with evidence if it has evidence."""
    newer, with_evidence = listing_events.alias("newer"), listing_events.alias("with_evidence")
    same_kind = exists().where(
        newer.c.listing_id == event.listing_id, newer.c.id > event.id, newer.c.kind == event.kind
    )
    evident = exists().where(
        with_evidence.c.listing_id == event.listing_id,
        with_evidence.c.id > event.id,
        with_evidence.c.evidence_id.is_not(None),
    )
    told = and_(same_kind, or_(event.evidence_id.is_(None), evident))
    return and_(event.at <= before, or_(told, not_(exists().where(listings.c.id == event.listing_id))))


def _nothing_rests_on(before: datetime) -> ColumnElement[bool]:
    """Evidence that is neither of a source's present state nor of an event that stays."""
    event = listing_events.alias("event")
    of_event = exists().where(event.c.evidence_id == evidence.c.id, not_(_told_by_newer(before, event.c)))
    of_source = exists().where(
        source_items.c.id == evidence.c.source_item_id, source_items.c.evidence_id == evidence.c.id
    )
    return and_(evidence.c.fetched_at <= before, not_(of_source), not_(of_event))


def _of_old_orders(before: datetime) -> ColumnElement[bool]:
    kept = or_(order_items.c.changed_at > before, not_(_IS_OVER))
    return not_(exists().where(order_items.c.id == order_searches.c.order_item_id, kept))


def _past_runs(before: datetime) -> ColumnElement[bool]:
    """Neither among the newest runs, nor the last finished one, nor one of which a hold is kept.

    Windows of the watch have no generations.
    """
    head = select(run_heads.c.generation).where(
        run_heads.c.operation == runs.c.operation, run_heads.c.marketplace == runs.c.marketplace
    )
    kept_holds = select(holds.c.run_id).where(or_(holds.c.applied_at.is_(None), holds.c.applied_at > before))
    return and_(
        runs.c.ended_at <= before,
        or_(runs.c.operation == "watch", runs.c.generation <= head.correlate(runs).scalar_subquery() - RUNS_KEPT),
        or_(runs.c.outcome != "finished", _another(runs, "operation", "marketplace", "outcome")),
        runs.c.id.not_in(kept_holds),
    )


RECORDS: Mapping[Record, Kept] = {
    Record.STARTS: Kept.of(schedule_runs, "KEEP_STARTS_DAYS", _ended(schedule_runs.c.started_at, _older_start())),
    Record.TOKEN_CHECKS: Kept.of(
        token_checks,
        "KEEP_STARTS_DAYS",
        _ended(token_checks.c.started_at, _not_the_last(token_checks)),
        token_checks.c.started_at,
    ),
    Record.SESSIONS: Kept.of(sessions, "KEEP_STARTS_DAYS", _ended(sessions.c.created_at)),
    Record.LINKS: Kept.of(amazon_links, "KEEP_STARTS_DAYS", _ended(amazon_links.c.expires_at)),
    # What ended one is told in the audit log; without its row a link leads nowhere.
    Record.DECISION_LINKS: Kept.of(decision_links, "KEEP_STARTS_DAYS", _ended(decision_links.c.expires_at)),
    Record.CATALOG_SEARCHES: Kept.of(
        catalog_searches,
        "KEEP_STARTS_DAYS",
        _ended(catalog_searches.c.asked_at, _not_the_last(catalog_searches)),
        catalog_searches.c.asked_at,
    ),
    Record.DELETION_CAPS: Kept.of(
        deletions, "KEEP_STARTS_DAYS", lambda before: deletions.c.day <= tokyo_day(before).isoformat()
    ),
    Record.JOBS: Kept.of(
        jobs,
        "KEEP_JOBS_DAYS",
        _ended(jobs.c.ended_at),
        jobs.c.created_at,
        (job_problems, job_queries, job_rows, job_files),
    ),
    # One that was taken back is never taken for its listing again, and one that waits for a person waits.
    Record.REPLACEMENTS: Kept.of(
        revivals,
        "KEEP_REVIVALS_DAYS",
        _ended(revivals.c.at, revivals.c.state.in_(("applied", "lapsed"))),
        revivals.c.at,
    ),
    Record.CANDIDATES: Kept.of(
        revival_candidates,
        "KEEP_REVIVALS_DAYS",
        _ended(revival_candidates.c.searched_at),
        revival_candidates.c.searched_at,
    ),
    # Before their evidence.
    Record.EVENTS: Kept(
        (listing_events.c.id,),
        "KEEP_HISTORY_DAYS",
        _told_by_newer,
        lambda keys, still: store.forgetting([id for (id,) in keys], still),
        listing_events.c.at,
    ),
    Record.EVIDENCE: Kept.of(evidence, "KEEP_HISTORY_DAYS", _nothing_rests_on, evidence.c.fetched_at),
    Record.ORDER_SEARCHES: Kept.of(order_searches, "KEEP_ORDERS_DAYS", _of_old_orders, children=(order_replacements,)),
    Record.ORDERS: Kept.of(
        order_items,
        "KEEP_ORDERS_DAYS",
        _ended(order_items.c.changed_at, _IS_OVER),
        order_items.c.seen_at,
    ),
    # After their orders.
    Record.ORDER_DECISIONS: Kept.of(
        order_decisions, "KEEP_ORDERS_DAYS", _ended(order_decisions.c.decided_at, not_(exists().where(ITS_DECISION)))
    ),
    Record.FEEDS: Kept.of(
        submissions,
        "KEEP_HISTORY_DAYS",
        _ended(submissions.c.ended_at, _not_the_last(submissions)),
        submissions.c.created_at,
        (submission_items,),
    ),
    Record.HOLDS: Kept.of(
        holds,
        "KEEP_RUNS_DAYS",
        _ended(
            holds.c.applied_at,
            _not_the_last(holds),
            not_(exists().where(listings.c.hold_id == holds.c.id)),
        ),
        holds.c.opened_at,
        (hold_releases,),
    ),
    Record.RUNS: Kept.of(runs, "KEEP_RUNS_DAYS", _past_runs, runs.c.started_at, (run_sellers, run_absences)),
    Record.AUDIT: Kept.of(audit_log, "KEEP_AUDIT_DAYS", _ended(audit_log.c.at), audit_log.c.at),
    Record.SETTING_CHANGES: Kept.of(
        settings_history,
        "KEEP_AUDIT_DAYS",
        _ended(settings_history.c.at, _another(settings_history, "key")),
        settings_history.c.at,
    ),
    Record.INVITATIONS: Kept.of(invitations, "KEEP_AUDIT_DAYS", _ended(invitations.c.expires_at)),
}
