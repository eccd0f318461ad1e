"""Queries of a restored database: its marks, and what is left of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial

import orjson
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, true, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.events import EventKind
from mercarich_contracts.revivals import RevivalState
from mercarich_contracts.schedule import PLANS
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx
from mercarich_db.tables import (
    amazon_accounts,
    invitations,
    listing_events,
    listing_removals,
    listings,
    notice_ways,
    restorations,
    revivals,
    run_heads,
    runs,
    sessions,
    submission_items,
    submissions,
)
from mercarich_listings import creation_store, removed_store, restored, store, unverified
from mercarich_listings.restored import Unverified
from mercarich_reasons.browsers import BrowserOfBackup
from mercarich_reasons.runs import DatabaseRestored
from mercarich_web.database import reading
from mercarich_web.identity.sql.browsers import end_browsers
from mercarich_web.identity.sql.links import forget_links
from mercarich_web.recovery.verification import Marked

_ROWS = 2_000
"""Listings per transaction."""
_GENERATIONS = 1_000_000
"""More runs than were started after any backup: a planner or a message of the lost time is of an older generation than
each that comes now."""

_OF_ALL = (f'"plans":{orjson.dumps(PLANS).decode()}', '"begin_with":0', '"usernames":[]', '"skus":[]')
"""Parts of the arguments of a run that looks at all sources of its marketplace."""


class SqlRecovery:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mark(self, by: Actor, at: datetime) -> Marked:
        """Mark everything as unverified. Until the last transaction no restore is open; a repetition marks all anew."""
        with reading(self._engine) as connection:
            # by the key: `max` would read a whole table
            told = select(listing_events.c.at).order_by(listing_events.c.id.desc()).limit(1)
            started = select(runs.c.started_at).order_by(runs.c.id.desc()).limit(1)
            newest = [connection.execute(query).scalar() for query in (told, started)]
        given_up = run_tx(self._engine, partial(_give_up, at=at))
        marked = sum(run_tx(self._engine, partial(_forget, ids=ids, at=at)) for ids in self._listed())

        def open_it(connection: Connection) -> None:
            removed_store.read_soon(connection, at)
            connection.execute(insert(restorations).values(restored_at=at))
            detail = f"{marked} listings"
            note_down(connection, Deed(AuditAction.DATABASE_RESTORED, by, "database", at, detail))

        run_tx(self._engine, open_it)
        backup_at = max((moment for moment in newest if moment is not None), default=None)
        return Marked(restored_at=at, backup_at=backup_at, listings=marked, **given_up)

    def left(self) -> Unverified | None:
        with reading(self._engine) as connection:
            return unverified.left(connection)

    def read_soon(self, restored_at: datetime, at: datetime) -> None:
        """Have Amazon read for some offers that are up and whose source was seen."""
        ready = select(listings.c.id).where(unverified.readable(restored_at)).order_by(listings.c.id).limit(_ROWS)
        with reading(self._engine) as connection:
            ids = list(connection.execute(ready).scalars())
        if ids:
            run_tx(self._engine, partial(store.read_soon, ids=ids, at=at))

    def checks_since(self, restored_at: datetime) -> Collection[str]:
        """Return the marketplaces of which a check of all sources has started since, and has not failed."""
        since = and_(runs.c.operation == "check", runs.c.started_at >= restored_at)
        standing = and_(since, runs.c.outcome.in_(("running", "finished")), *map(runs.c.arguments.contains, _OF_ALL))
        with reading(self._engine) as connection:
            return frozenset(connection.execute(select(runs.c.marketplace).where(standing)).scalars())

    def events(self, since: datetime, kinds: Collection[EventKind]) -> Mapping[EventKind, int]:
        event = listing_events.c
        counts = select(event.kind, func.count()).where(event.at >= since, event.kind.in_(kinds))
        with reading(self._engine) as connection:
            found = {EventKind(kind): count for kind, count in connection.execute(counts.group_by(event.kind))}
        return {kind: found[kind] for kind in kinds if kind in found}

    def end(self, restored_at: datetime, at: datetime) -> None:
        open_ones = restorations.c.verified_at.is_(None) & (restorations.c.restored_at <= restored_at)
        ended = update(restorations).where(open_ones).values(verified_at=at)
        run_tx(self._engine, lambda connection: connection.execute(ended))

    def _listed(self) -> Iterator[list[int]]:
        last = 0
        while True:
            some = select(listings.c.id).where(listings.c.listed, listings.c.id > last)
            with reading(self._engine) as connection:
                ids = list(connection.execute(some.order_by(listings.c.id).limit(_ROWS)).scalars())
            if not ids:
                return
            yield ids
            last = ids[-1]


def _forget(connection: Connection, ids: list[int], at: datetime) -> int:
    pushes = store.lock_pushes(connection, ids, listings.c.listed)
    store.save(connection, [restored.marked(push, at) for push in pushes])
    return len(pushes)


def _give_up(connection: Connection, at: datetime) -> dict[str, int]:
    """End what was under way in the backup; return how much of each."""
    connection.execute(update(run_heads).values(generation=run_heads.c.generation + _GENERATIONS))
    ended = {"ended_at": at, "note": DatabaseRestored(), "phase": "ended", "outcome": "superseded"}
    ended_runs = connection.execute(update(runs).where(runs.c.outcome == "running").values(ended)).rowcount
    feeds = submissions.c.ended_at.is_(None)
    carried = submission_items.c.submission_id.in_(select(submissions.c.id).where(feeds))
    overtaken = update(submission_items).where(carried, submission_items.c.result == "pending")
    connection.execute(overtaken.values(result="superseded"))
    cancelled = {"state": "cancelled", "ended_at": at, "problem": DatabaseRestored()}
    ended_feeds = connection.execute(update(submissions).where(feeds).values(cancelled)).rowcount
    approved = update(revivals).where(revivals.c.state == RevivalState.APPROVED)
    again = {"state": RevivalState.PROPOSED, "decided_at": None, "decided_by": None}
    approvals = connection.execute(approved.values(again)).rowcount
    removals = update(listing_removals).where(listing_removals.c.accepted_at.is_(None))
    connection.execute(removals.values(attempts=0, not_before=None, problem=None))
    creation_store.unsure(connection)
    connection.execute(
        update(amazon_accounts).values(token_verdict="unknown", token_checked_at=None, token_reason=None)
    )
    signed_out = connection.execute(delete(sessions)).rowcount
    forget_links(connection)
    # The same is true of invitations, and of whether messages have such links.
    connection.execute(delete(invitations).where(invitations.c.used_at.is_(None)))
    connection.execute(update(notice_ways).values(deciding_links=False))
    end_browsers(connection, true(), BrowserOfBackup(), at)  # Some of them ended after the backup; nobody knows which.
    return {"runs": ended_runs, "feeds": ended_feeds, "approvals": approvals, "sessions": signed_out}
