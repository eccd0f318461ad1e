"""`ports.Observations`: stores what was seen, one transaction for each group of answers."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, update

from mercarich_checker.adapters import ordered_sql, prices_sql, states_sql, withdrawals_sql
from mercarich_checker.adapters.checks import CHECKS, guard_batch
from mercarich_checker.adapters.freshness_sql import Freshness, Outlook
from mercarich_checker.adapters.prices_sql import Asked, Weighing
from mercarich_checker.adapters.states_sql import OF_RUN, Kept, Pending
from mercarich_checker.adapters.withdrawals_sql import Priced
from mercarich_checker.domain.freshness import Look, Next, learn, next_looks, ordered_look, second_look, unseen
from mercarich_checker.domain.looks import Meaning, after_second_look, meaning, route_of
from mercarich_checker.domain.withdrawals import Found, Gone, Seen
from mercarich_checker.ports import Recorded, Released
from mercarich_contracts.hazards import Learnt, cell_of
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace, State
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SITES
from mercarich_db import price_rules
from mercarich_db.engine import run_tx
from mercarich_db.price_rules import PriceRules
from mercarich_db.settings_cache import settings_cache
from mercarich_db.tables import runs
from mercarich_listings import creation_store
from mercarich_platform.clock import Monotonic, monotonic
from mercarich_runs.adapters import holds_sql
from mercarich_runs.adapters.claims_sql import Claims
from mercarich_runs.domain.brake import BrakeSettings

_CLAIMS = Claims(CHECKS, OF_RUN)
_COUNTED = (
    *("checked", "looked_again", "available", "out_of_stock", "unknown", "unparsable", "unfinished"),
    *("fallen", "withdrawn", "dearer", "paused", "recovered", "repriced"),
)
_COUNT = (
    update(runs)
    .where(runs.c.id == bindparam("run_id"))
    .values({name: runs.c[name] + bindparam(f"new_{name}") for name in _COUNTED})
)


class SqlObservations:
    """`settings` returns the current settings of the brake and the retries."""

    def __init__(self, engine: Engine, settings: Callable[[], BrakeSettings], now: Monotonic = monotonic) -> None:
        self._engine = engine
        self._settings = settings
        self._freshness = Freshness(engine, now)
        self._rules = settings_cache(engine, price_rules.read, now)

    def claim(self, batch: CheckBatch, claim: str, until: datetime, now: datetime) -> Sequence[BatchItem]:
        def take(connection: Connection) -> Sequence[BatchItem]:
            guard_batch(connection, batch)
            taken = _CLAIMS.claim(connection, claim, until, now, **_rows(batch))
            return [item for item in batch.items if item.id in taken]

        return run_tx(self._engine, take)

    def renew(self, batch: CheckBatch, claim: str, until: datetime) -> None:
        run_tx(self._engine, lambda connection: _CLAIMS.renew(connection, claim, until, **_rows(batch)))

    def release(self, batch: CheckBatch, claim: str) -> None:
        run_tx(self._engine, lambda connection: _CLAIMS.release(connection, claim, **_rows(batch)))

    def record(self, batch: CheckBatch, seen: Mapping[int, Item], now: datetime) -> Recorded:
        by = _By(self._settings(), self._freshness.outlook(batch.marketplace), self._rules())
        recorded, learnt = run_tx(self._engine, lambda connection: _record(connection, batch, seen, now, by))
        self._freshness.add(batch.marketplace, learnt)
        return recorded

    def store_learnt(self, now: datetime) -> None:
        self._freshness.store(now)

    def apply_released_holds(self, marketplace: Marketplace, now: datetime) -> Released:
        def apply(connection: Connection) -> Released:
            holds_sql.close_left(connection, marketplace, now)
            return withdrawals_sql.apply_released(connection, marketplace, rules, now)

        rules = self._rules()
        return run_tx(self._engine, apply)


@dataclass(frozen=True, slots=True)
class _By:
    """What looks are recorded by."""

    settings: BrakeSettings
    outlook: Outlook
    rules: PriceRules


def _rows(batch: CheckBatch) -> dict[str, Any]:
    """Return the values of `OF_RUN` for the batch's items."""
    return {"ids": [item.id for item in batch.items], "run_id": batch.run_id}


def _record(
    connection: Connection,
    batch: CheckBatch,
    seen: Mapping[int, Item],
    now: datetime,
    by: _By,
) -> tuple[Recorded, Mapping[str, Learnt]]:
    """Return what was recorded, and what the looks have shown of each cell's hazard."""
    settings, outlook = by.settings, by.outlook
    guard_batch(connection, batch)
    rows = states_sql.pending(connection, batch, seen)
    seen = {row.id: after_second_look(seen[row.id], row.reason, row.missed_at) for row in rows}
    by_meaning: dict[Meaning, list[Pending]] = {each: [] for each in Meaning}
    for row in rows:
        by_meaning[meaning(seen[row.id])].append(row)
    kept, gone = by_meaning[Meaning.KEEP], by_meaning[Meaning.WITHDRAW]
    offers = withdrawals_sql.offers_of(connection, [row.id for row in (*kept, *gone)])
    sellers = [(offer.source_item_id, offer.user_id) for offer in offers]
    new = creation_store.sent_with(connection, [row.id for row in kept])
    sellers += [(row.source_item_id, row.user_id) for row in new]
    following = _next(kept, seen, sellers, now, outlook)
    ordered = ordered_sql.read_at(connection, [row.id for row in kept])
    following |= {id: ordered_look(following[id], now, read_at) for id, read_at in ordered.items()}
    following |= dict.fromkeys((row.id for row in gone), Next(None))
    of_kept = {row.id: seen[row.id] for row in kept}
    postages = {row.id: states_sql.postage(row, seen[row.id]) for row in kept}
    asked = Asked() if batch.without_update else prices_sql.asked(connection, offers, of_kept, postages, by.rules, now)
    same = {row.id for row in kept if (row.price_jpy, row.postage_jpy) == (seen[row.id].price_jpy, postages[row.id])}
    proven = asked.to_prove(offers, same)
    evidence_ids = states_sql.keep(connection, batch, Kept([*kept, *gone], seen, following, proven), now)
    counts = states_sql.put_off(connection, batch, by_meaning[Meaning.NOTHING_LEARNT], seen, now, settings)
    found = Found(
        gone={row.id: _gone(row, seen[row.id], evidence_ids, now) for row in gone},
        available=frozenset(row.id for row in kept),
        first_seen=frozenset(row.id for row in (*kept, *gone) if row.checked_run != batch.run_id),
    )
    evidence = {row.id: evidence_ids.get(row.id, row.evidence_id) for row in kept}
    priced = Priced(asked, of_kept, evidence)
    recorded, changed = withdrawals_sql.apply(connection, batch, offers, found, priced, Weighing(settings, now))
    creation_store.sources_gone(connection, [row.id for row in gone], now)
    suspected = {row.id: row.suspected_at or now for row in gone}
    states_sql.look_again(
        connection,
        {
            id: second_look(now, since, settings.confirm_after)
            for id, since in (*((id, suspected[id]) for id in recorded.held_sources), *recorded.moved.waiting.items())
        },
    )
    counts.update(changed)
    counts.update(_sources(batch.run_id, kept, gone))
    _count(connection, batch.run_id, counts)
    return replace(recorded, states=Counter(item.state for item in seen.values())), _learnt(kept, gone, now)


def _next(
    kept: Sequence[Pending],
    seen: Mapping[int, Item],
    sellers: Sequence[tuple[int, int]],
    now: datetime,
    outlook: Outlook,
) -> dict[int, Next]:
    """Return when each source that is on sale is looked at next. `sellers`: ids of sources, each with one of a seller
    who offers it."""
    longest: dict[int, timedelta] = {}
    for source_id, user_id in sellers:
        allowed = outlook.longest.get(user_id)
        if allowed is not None:
            longest[source_id] = min(allowed, longest.get(source_id, allowed))
    looks = [
        Look(row.id, states_sql.page_of(row, seen[row.id]), now, longest[row.id], _call(seen[row.id]))
        for row in kept
        if row.id in longest
    ]
    return dict.fromkeys((row.id for row in kept), Next(None)) | next_looks(looks, outlook.learnt)


def _call(item: Item) -> str | None:
    """Return the source seller whose list showed the item; None: its own page did."""
    return item.seller_id if route_of(item) == SITES[item.marketplace].list_route else None


def _learnt(kept: Sequence[Pending], gone: Sequence[Pending], now: datetime) -> Mapping[str, Learnt]:
    """Return, by cell, what the looks have shown of sources that were on sale at the look before."""
    learnt: defaultdict[str, Learnt] = defaultdict(Learnt)
    for some, has_gone in ((kept, False), (gone, True)):
        for row in some:
            if row.state == State.AVAILABLE and row.checked_at is not None:
                page = states_sql.page_of(row)
                learn(learnt[cell_of(page, row.checked_at)], now - row.checked_at, page, now, gone=has_gone)
    return learnt


def _sources(run_id: int, kept: Sequence[Pending], gone: Sequence[Pending]) -> Counter[str]:
    """Count each source once a run, in the state that the run saw last: a second look may move it to the other."""
    counts: Counter[str] = Counter()
    for name, rows in (("available", kept), ("out_of_stock", gone)):
        for row in rows:
            counts[name] += 1
            if row.checked_run != run_id:
                counts["checked"] += 1
            else:
                counts["looked_again"] += 1
                counts["out_of_stock" if row.state in OUT_OF_STOCK else "available"] -= 1
    return counts


def _gone(row: Pending, item: Item, evidence_ids: Mapping[int, int], now: datetime) -> Gone:
    seen = Seen(item.state, item.reason, evidence_ids.get(row.id, row.evidence_id))
    looked_at = row.checked_at if row.state == State.AVAILABLE else None
    before = unseen(states_sql.page_of(row), looked_at, now)
    return Gone(seen, item.evidence.fetched_at, row.suspected_at, route_of(item), before)


def _count(connection: Connection, run_id: int, counts: Mapping[str, int]) -> None:
    """Add to the run's counts. Called last in the transaction, since every worker of a run locks this row."""
    if any(counts.values()):
        new = {f"new_{name}": 0 for name in _COUNTED}
        for name, number in counts.items():
            new[f"new_{name}"] += number
        connection.execute(_COUNT, {"run_id": run_id, **new})
