"""What the end of a feed does to its listings, in steps of bounded size that may be repeated after a crash."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from mercarich_contracts.events import EventKind
from mercarich_db.tables import listings, submission_items
from mercarich_feed.adapters.events_sql import Event, write_events
from mercarich_feed.adapters.failures_sql import FAILURES, failures
from mercarich_feed.adapters.overtaken_sql import push_again
from mercarich_feed.domain.doubts import after_acceptance, refusals
from mercarich_feed.domain.feeds import FeedEnd, is_orphan
from mercarich_feed.domain.pushes import back_off

Rows = Sequence[Any]
"""Of `_next`: the listing with what the feed said of it."""
_ROWS = 500


def apply_step(connection: Connection, submission_id: int, end: FeedEnd, now: datetime) -> int:
    """Apply the end to the next items that have no result yet; answers how many there were."""
    rows = _next(connection, submission_id)
    moved = [row for row in rows if row.revision > row.sent_revision]
    current = [row for row in rows if row.revision <= row.sent_revision]
    refused = [row for row in current if end.processed and row.sku in end.problems]
    accepted = [row for row in current if end.processed and row.sku not in end.problems]
    failed = current if not end.processed else []
    push_again(connection, [row.id for row in moved])  # the feed may have gone over a newer PATCH
    _accept(connection, accepted, now)
    _refuse(connection, [row for row in refused if row.pushed_revision < row.revision], end, now)
    _defer(connection, [row for row in failed if row.pushed_revision < row.revision], end, now)
    for result, some in (("superseded", moved + failed), ("accepted", accepted), ("rejected", refused)):
        _record(connection, submission_id, result, some, end)
    write_events(connection, _events(submission_id, moved, accepted, refused, end, now))
    return len(rows)


def _next(connection: Connection, submission_id: int) -> Rows:
    return connection.execute(
        select(
            listings.c.id,
            listings.c.sku,
            listings.c.revision,
            listings.c.pushed_revision,
            *FAILURES,
            submission_items.c.revision.label("sent_revision"),
            submission_items.c.quantity.label("sent_quantity"),
        )
        .join(submission_items, submission_items.c.listing_id == listings.c.id)
        .where(submission_items.c.submission_id == submission_id, submission_items.c.result == "pending")
        .order_by(listings.c.id)
        .limit(_ROWS)
        .with_for_update(of=listings)
    ).all()


def _accept(connection: Connection, rows: Rows, now: datetime) -> None:
    if not rows:
        return
    statement = (
        update(listings)
        .where(listings.c.id == bindparam("row"))
        .values(
            pushed_revision=bindparam("sent_revision"),
            pushed_quantity=bindparam("sent_quantity"),
            pushed_at=now,
            verified_at=None,
            push_attempts=bindparam("left"),
            push_not_before=None,
            push_problem=bindparam("problem"),
            orphan=False,
        )
    )
    values = []
    for row in rows:
        # Of a feed's listings only the zeros are read back.
        left, problem = (0, None) if row.sent_quantity else after_acceptance(*failures(row, row.sent_revision))
        sent = {"sent_revision": row.sent_revision, "sent_quantity": row.sent_quantity}
        values.append({"row": row.id, **sent, "left": left, "problem": problem})
    connection.execute(statement, values)


def _refuse(connection: Connection, rows: Rows, end: FeedEnd, now: datetime) -> None:
    for row in rows:
        problem = end.problems[row.sku]
        attempts = refusals(*failures(row, row.sent_revision)) + 1
        later = {"push_attempts": attempts, "push_not_before": now + back_off(attempts)}
        later |= {"push_failed_revision": row.sent_revision}
        connection.execute(
            update(listings)
            .where(listings.c.id == row.id)
            .values(push_problem=problem, orphan=is_orphan(problem), **later)
        )


def _defer(connection: Connection, rows: Rows, end: FeedEnd, now: datetime) -> None:
    """The feed as a whole came to nothing that we know of: withdrawals go by PATCH at once, restores with a later
    feed. Until then nobody may take it that Amazon shows what it showed before."""
    zeros = [row.id for row in rows if row.sent_quantity == 0]
    if zeros:
        connection.execute(update(listings).where(listings.c.id.in_(zeros)).values(pushed_quantity=None))
    for row in rows:
        if row.sent_quantity == 0:
            continue
        attempts = failures(row, row.sent_revision)[0] + 1
        later = {"push_attempts": attempts, "push_not_before": now + back_off(attempts), "push_problem": end.note}
        later |= {"push_failed_revision": row.sent_revision}
        connection.execute(update(listings).where(listings.c.id == row.id).values(later))


def _record(connection: Connection, submission_id: int, result: str, rows: Rows, end: FeedEnd) -> None:
    if not rows:
        return
    statement = (
        update(submission_items)
        .where(submission_items.c.submission_id == submission_id, submission_items.c.listing_id == bindparam("row"))
        .values(result=result, issue=bindparam("problem"))
    )
    values = [{"row": row.id, "problem": end.problems.get(row.sku, end.note)} for row in rows]
    connection.execute(statement, values)


def _events(
    submission_id: int,
    moved: Rows,
    accepted: Rows,
    refused: Rows,
    end: FeedEnd,
    now: datetime,
) -> list[Event]:
    def event(row: Any, kind: EventKind, reason: str | None) -> Event:
        return Event(row.id, now, kind, reason, row.sent_quantity, row.sent_revision, submission_id)

    return [
        *(event(row, EventKind.PUSH_SUPERSEDED, "a newer quantity goes out after this feed") for row in moved),
        *(event(row, EventKind.PUSH_ACCEPTED, None) for row in accepted if row.pushed_revision < row.revision),
        *(event(row, _refusal(end.problems[row.sku]), end.problems[row.sku]) for row in refused),
    ]


def _refusal(problem: str) -> EventKind:
    return EventKind.PUSH_ORPHAN if is_orphan(problem) else EventKind.PUSH_REJECTED
