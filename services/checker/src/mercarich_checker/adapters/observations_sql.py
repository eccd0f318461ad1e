"""`ports.Observations`: what was seen becomes rows, in one transaction a bunch of answers."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, update

from mercarich_checker.adapters import withdrawals_sql
from mercarich_checker.adapters.checks import CHECKS, lock_newest
from mercarich_checker.domain import Meaning, meaning, retry
from mercarich_checker.ports import BrakeSettings, Recorded
from mercarich_contracts.market import Marketplace, Reason
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db.bulk import GIVEN_IDS, LockedRows, among, time_of, update_rows
from mercarich_db.engine import run_tx
from mercarich_db.tables import evidence, runs, source_items
from mercarich_runs.adapters.claims_sql import Claims
from mercarich_runs.adapters.evidence_sql import evidence_row

_items = source_items.c

_LONGEST_URL = 512

_DONE = {"check_run": None, "check_attempts": 0, "check_unknowns": 0, "check_not_before": None, "check_problem": None}


class _Pending(NamedTuple):
    """What stands of a source item: columns of its row."""

    id: int
    state: str | None
    reason: str | None
    price_jpy: int | None
    evidence_id: int | None
    suspected_at: datetime | None
    check_unknowns: int
    checked_run: int | None
    seller_id: str | None
    image_url: str | None
    condition_code: int | None


_SUSPECTED_AT = _Pending._fields.index("suspected_at")
_OF_RUN = CHECKS.is_of(bindparam("run_id"), GIVEN_IDS)
_CLAIMS = Claims(CHECKS, _OF_RUN)
_PENDING = LockedRows([_items[name] for name in _Pending._fields], _OF_RUN)
_COUNTED = (
    *("checked", "available", "out_of_stock", "unknown", "unparsable", "unfinished"),
    *("fallen", "withdrawn", "held"),
)
_COUNT = (
    update(runs)
    .where(runs.c.id == bindparam("run_id"))
    .values({name: runs.c[name] + bindparam(f"new_{name}") for name in _COUNTED})
)


class SqlObservations:
    """`settings` answers the brake's and the retries' numbers as they stand in the database."""

    def __init__(self, engine: Engine, settings: Callable[[], BrakeSettings]) -> None:
        self._engine = engine
        self._settings = settings

    def claim(self, batch: CheckBatch, until: datetime, now: datetime) -> Sequence[BatchItem]:
        def claim(connection: Connection) -> Sequence[BatchItem]:
            lock_newest(connection, batch.marketplace, batch.generation)
            ids = [item.id for item in batch.items]
            taken = _CLAIMS.claim(connection, until, now, ids=ids, run_id=batch.run_id)
            return [item for item in batch.items if item.id in taken]

        return run_tx(self._engine, claim)

    def renew(self, batch: CheckBatch, ids: Sequence[int], until: datetime) -> None:
        run_tx(self._engine, lambda connection: _CLAIMS.renew(connection, until, ids=ids, run_id=batch.run_id))

    def release(self, batch: CheckBatch, ids: Sequence[int]) -> None:
        run_tx(self._engine, lambda connection: _CLAIMS.release(connection, ids=ids, run_id=batch.run_id))

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        settings = self._settings()
        return run_tx(self._engine, lambda connection: _record(connection, batch, seen, now, settings))

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Mapping[int, Sequence[int]]:
        return run_tx(self._engine, lambda connection: withdrawals_sql.apply_released(connection, marketplace, now))


def _record(
    connection: Connection, batch: CheckBatch, seen: Mapping[int, Item], now: datetime, settings: BrakeSettings
) -> Recorded:
    lock_newest(connection, batch.marketplace, batch.generation)
    rows = _pending(connection, batch, sorted(seen))
    by_meaning: dict[Meaning, list[_Pending]] = {each: [] for each in Meaning}
    for row in rows:
        by_meaning[meaning(seen[row.id])].append(row)
    kept, gone = by_meaning[Meaning.KEEP], by_meaning[Meaning.WITHDRAW]
    learnt = [*kept, *gone]
    evidence_ids = _keep_evidence(connection, learnt, seen)
    _keep_states(connection, batch, learnt, seen, evidence_ids, now)
    counts = _put_off(connection, batch, by_meaning[Meaning.NOTHING_LEARNT], seen, now, settings)
    found = withdrawals_sql.Found(
        gone={row.id: (row.suspected_at, evidence_ids.get(row.id, row.evidence_id), seen[row.id]) for row in gone},
        available=frozenset(row.id for row in kept),
    )
    recorded, changed = withdrawals_sql.apply(connection, batch, found, now, settings)
    counts.update(changed, checked=len(learnt), out_of_stock=len(gone), available=len(kept))
    _count(connection, batch.run_id, counts)
    return recorded


def _pending(connection: Connection, batch: CheckBatch, ids: Sequence[int]) -> list[_Pending]:
    """Those that the run still wants, by id; an answer that comes twice finds none."""
    rows = _PENDING.read(connection, ids=ids, run_id=batch.run_id)
    rows.sort()
    for row in rows:
        row[_SUSPECTED_AT] = time_of(row[_SUSPECTED_AT])
    return list(map(_Pending._make, rows))


def _keep_evidence(connection: Connection, rows: Sequence[_Pending], seen: Mapping[int, Item]) -> dict[int, int]:
    """A row of evidence for each state that is new; an unchanged one rests on what is there."""
    changed = [row for row in rows if _differs(row, seen[row.id])]
    if not changed:
        return {}
    values = [evidence_row(row.id, seen[row.id]) for row in changed]
    new = insert(evidence).returning(evidence.c.id, sort_by_parameter_order=True)
    ids = connection.execute(new, values).scalars().all()
    return {row.id: evidence_id for row, evidence_id in zip(changed, ids, strict=True)}


def _differs(row: _Pending, item: Item) -> bool:
    return row.evidence_id is None or row.state != item.state or row.reason != item.reason


def _keep_states(
    connection: Connection,
    batch: CheckBatch,
    rows: Sequence[_Pending],
    seen: Mapping[int, Item],
    evidence_ids: Mapping[int, int],
    now: datetime,
) -> None:
    """The many unchanged ones by one statement; the others each with its own values, by one more."""
    done = {**_DONE, "checked_run": batch.run_id, "checked_at": now, "observed_at": now}
    as_before = {row.id for row in rows if row.id not in evidence_ids and _says_no_more(row, seen[row.id])}
    if as_before:
        connection.execute(update(source_items).where(among(_items.id, as_before)).values(**done))
    rest = [_new_state(row, seen[row.id], evidence_ids) for row in rows if row.id not in as_before]
    if rest:
        update_rows(connection, source_items, rest, same=done)


def _says_no_more(row: _Pending, item: Item) -> bool:
    same_price = item.price_jpy is None or item.price_jpy == row.price_jpy
    known_seller = item.seller_id is None or item.seller_id == row.seller_id
    known_looks = (row.image_url or not item.images) and (row.condition_code or not item.condition_code)
    suspicion_stands = (row.suspected_at is None) is (meaning(item) is Meaning.KEEP)
    return bool(same_price and known_seller and known_looks and suspicion_stands)


def _new_state(row: _Pending, item: Item, evidence_ids: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": item.state,
        "reason": item.reason,
        "price_jpy": row.price_jpy if item.price_jpy is None else item.price_jpy,
        "seller_id": item.seller_id or row.seller_id,
        "image_url": row.image_url or next((url for url in item.images if len(url) <= _LONGEST_URL), None),
        "condition_code": row.condition_code or item.condition_code,
        "evidence_id": evidence_ids.get(row.id, row.evidence_id),
        "suspected_at": None if meaning(item) is Meaning.KEEP else row.suspected_at or item.evidence.fetched_at,
    }


def _put_off(
    connection: Connection,
    batch: CheckBatch,
    rows: Sequence[_Pending],
    seen: Mapping[int, Item],
    now: datetime,
    settings: BrakeSettings,
) -> Counter[str]:
    """Unknown answers: asked again later, never counted as checked, and nothing else changes."""
    counts: Counter[str] = Counter()
    later: list[dict[str, Any]] = []
    for row in rows:
        reason = seen[row.id].reason
        again = retry(
            reason,
            row.check_unknowns,
            limit=settings.unknown_limit,
            first_wait=settings.retry_seconds,
            jitter=random.random(),
        )
        counts["unknown"] += 1
        counts["unparsable"] += reason is Reason.UNPARSABLE
        counts["unfinished"] += again.wait is None
        later.append(
            {
                "id": row.id,
                "check_run": None if again.wait is None else batch.run_id,
                "checked_run": batch.run_id if again.wait is None else row.checked_run,
                "check_unknowns": row.check_unknowns + again.counts,
                "check_not_before": None if again.wait is None else now + again.wait,
                "check_problem": reason,
            }
        )
    if later:
        update_rows(connection, source_items, later, same={"check_attempts": 0})
    return counts


def _count(connection: Connection, run_id: int, counts: Mapping[str, int]) -> None:
    """Last in the transaction: every worker of a run writes this row."""
    if any(counts.values()):
        new = {f"new_{name}": 0 for name in _COUNTED}
        for name, number in counts.items():
            new[f"new_{name}"] += number
        connection.execute(_COUNT, {"run_id": run_id, **new})
