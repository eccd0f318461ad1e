"""`ports.Listings`: claims of listings, and the results of their searches, one transaction each."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, true, update

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.revivals import RevivalState
from mercarich_db.conditions import among_keys
from mercarich_db.engine import reading, run_tx
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.open_orders import kept_for_orders
from mercarich_db.tables import listing_fees, listing_pictures, listings, revivals, run_sellers, runs, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_reasons.candidates import JustTooDear
from mercarich_replacements.filters import Filter, Refusal
from mercarich_replacements.rules import OfferPrice, Rules, Wanted
from mercarich_runs.adapters.claims_sql import Claims
from mercarich_updater.adapters import candidates_sql, restores_sql, withdrawals_sql
from mercarich_updater.adapters.plan_sql import in_time
from mercarich_updater.adapters.updates import ATTEMPTS, UNKNOWNS, UPDATES, guard, wants_replacement
from mercarich_updater.ports import Batch, Done, Judged

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)


class SqlListings:
    def __init__(self, engine: Engine, rules: Callable[[int], Rules]) -> None:
        self._engine = engine
        self._rules = rules

    def rules(self, user_id: int) -> Rules:
        return self._rules(user_id)

    def claim(self, batch: Batch, claim: str, until: datetime, now: datetime) -> Sequence[Wanted]:
        ids = batch.message.listing_ids
        mine = listings.c.id.in_(ids) if batch.run_id is None else UPDATES.is_of(batch.run_id, ids)
        with reading(self._engine) as connection:
            users = connection.execute(select(listings.c.user_id).where(mine).distinct()).scalars().all()
        since = {user_id: now - timedelta(days=self._rules(user_id).days) for user_id in users}

        def take(connection: Connection) -> Sequence[Wanted]:
            guard(connection, batch)
            which = and_(mine, wants_replacement())
            if batch.run_id is None:
                which = and_(which, UPDATES.attempts < ATTEMPTS)
            claims = Claims(UPDATES, which, planned=batch.run_id is not None)
            taken = claims.claim(connection, claim, until, now)
            rows = _wanted_rows(connection, taken)
            late = [row for row in rows if not in_time(row.withdrawn_at, since.get(row.user_id, now))]
            unwanted = _unwanted(connection, batch, mine, taken)
            _done(connection, batch, [*(row.id for row in late), *unwanted], {})
            return _grouped(connection, [row for row in rows if row not in late])

        return run_tx(self._engine, take)

    def renew(self, batch: Batch, claim: str, wanted: Wanted, until: datetime) -> None:
        which = and_(listings.c.id.in_(wanted.listing_ids), _still_of(batch))
        run_tx(self._engine, lambda connection: Claims(UPDATES, which).renew(connection, claim, until))

    def release(self, batch: Batch, claim: str) -> None:
        which = and_(listings.c.id.in_(batch.message.listing_ids), _still_of(batch))
        run_tx(self._engine, lambda connection: Claims(UPDATES, which).release(connection, claim))

    def used(self, user_id: int, items: Sequence[Item]) -> frozenset[tuple[Marketplace, str]]:
        keys = [(item.marketplace, item.item_id) for item in items]
        with reading(self._engine) as connection:
            return _in_use(connection, user_id, keys) | kept_for_orders(connection, user_id, keys)

    def in_use(self, user_id: int, items: Sequence[Item]) -> frozenset[tuple[Marketplace, str]]:
        with reading(self._engine) as connection:
            return _in_use(connection, user_id, [(item.marketplace, item.item_id) for item in items])

    def put_off(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], reason: str, now: datetime) -> None:
        lets_go = wanted.unknowns + 1 >= UNKNOWNS
        wait = min(FIRST_WAIT * 2**wanted.unknowns, LONGEST_WAIT)

        def put_off(connection: Connection) -> None:
            own = _own(connection, batch, wanted)
            if judged:  # without candidates, those of the last search are more informative
                candidates_sql.keep(connection, batch, own, judged, now)
            values = {"update_unknowns": wanted.unknowns + 1, "update_problem": reason[:32]}
            withdrawn = 0
            if lets_go:
                withdrawn = _lower(connection, own, batch.run_id, now)
                _done(connection, batch, own.listing_ids, values)
            else:
                mine = listings.c.id.in_(own.listing_ids)
                later = {**UPDATES.values(attempts=0, not_before=now + wait), **values}
                connection.execute(store.noting(**later).where(mine))
            number = len(own.listing_ids)
            _count(connection, batch, unknown=number, unfinished=lets_go * number, withdrawn=withdrawn)

        run_tx(self._engine, put_off)

    def none_found(self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], now: datetime) -> None:
        def none_found(connection: Connection) -> None:
            own = _own(connection, batch, wanted)
            candidates_sql.keep(connection, batch, own, judged, now)
            withdrawn = _lower(connection, own, batch.run_id, now)
            _done(connection, batch, own.listing_ids, {"searched_at": now, "update_problem": None})
            _count_search(connection, batch, own, checked=len(own.listing_ids), withdrawn=withdrawn)

        run_tx(self._engine, none_found)

    def propose(
        self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, picture: bytes | None, now: datetime
    ) -> None:
        def propose(connection: Connection) -> None:
            own = _own(connection, batch, wanted)
            if not own.listing_ids:
                return
            candidates_sql.keep(connection, batch, own, judged, now)
            withdrawn = _lower(connection, own, batch.run_id, now)
            first_price = func.coalesce(listings.c.first_price_jpy, own.first_price_jpy)
            values = {"searched_at": now, "update_problem": None, "first_price_jpy": first_price}
            _done(connection, batch, own.listing_ids, values)
            restores_sql.propose(connection, own, judged[-1], picture, now, batch.run_id)
            _count_search(connection, batch, own, checked=len(own.listing_ids), withdrawn=withdrawn)

        run_tx(self._engine, propose)

    def revive(
        self, batch: Batch, wanted: Wanted, judged: Sequence[Judged], found: Item, rules: Rules, now: datetime
    ) -> Sequence[Done]:
        def revive(connection: Connection) -> Sequence[Done]:
            own = _own(connection, batch, wanted)
            if not own.listing_ids:
                return ()
            done = restores_sql.give_source(connection, own, found, rules, now, batch.run_id)
            given = {one.listing_id for one in done}
            left = tuple(id for id in own.listing_ids if id not in given)
            for ids, its in ((tuple(given & {*own.listing_ids}), judged), (left, _too_dear(judged))):
                candidates_sql.keep(connection, batch, replace(own, listing_ids=ids), its, now)
            withdrawn = _lower(connection, replace(own, listing_ids=left), batch.run_id, now)
            values = {"searched_at": now, "update_problem": None, "update_unknowns": 0}
            ended = _done(connection, batch, sorted({*own.listing_ids, *given}), values)
            _count_search(connection, batch, own, checked=ended, revived=len(done), withdrawn=withdrawn)
            return done

        return run_tx(self._engine, revive)


def wanted_of(connection: Connection, listing_id: int) -> Wanted:
    """Return what a replacement of this listing's source is judged by."""
    return _grouped(connection, _wanted_rows(connection, frozenset([listing_id])))[0]


def _wanted_rows(connection: Connection, ids: frozenset[int]) -> Sequence[AnyRow]:
    columns = (
        *(listings.c.id, listings.c.user_id, listings.c.source_item_id, listings.c.withdrawn_at),
        *(
            listings.c.first_price_jpy,
            listings.c.offer_price_jpy,
            listings.c.least_profit_jpy,
            listings.c.update_unknowns,
            listings.c.title.label("own_title"),
        ),
        *(source_items.c.marketplace, source_items.c.item_id, source_items.c.title, source_items.c.image_url),
        *(source_items.c.condition_code, source_items.c.price_jpy, listing_pictures.c.path.label("saved_picture")),
    )
    rows = select(*columns).join(source_items, source_items.c.id == listings.c.source_item_id)
    main = and_(listing_pictures.c.listing_id == listings.c.id, listing_pictures.c.slot == 0)
    rows = rows.outerjoin(listing_pictures, main).outerjoin(listing_fees, ITS_ESTIMATE).add_columns(*COLUMNS)
    return connection.execute(rows.where(listings.c.id.in_(ids)).order_by(listings.c.id)).all()


def _grouped(connection: Connection, rows: Sequence[AnyRow]) -> Sequence[Wanted]:
    undone = undone_items(connection, [row.id for row in rows])
    groups: dict[tuple[int, int], list[AnyRow]] = defaultdict(list)
    for row in rows:
        groups[row.user_id, row.source_item_id].append(row)
    return [_wanted(group, undone) for group in groups.values()]


def _wanted(group: Sequence[AnyRow], undone: Mapping[int, set[str]]) -> Wanted:
    row = group[0]
    cheapest = _cheapest(group)
    prices = [one.first_price_jpy for one in group if one.first_price_jpy is not None]
    return Wanted(
        listing_ids=tuple(one.id for one in group),
        user_id=row.user_id,
        marketplace=Marketplace(row.marketplace),
        source_item_id=row.source_item_id,
        item_id=row.item_id,
        title=row.title or row.own_title or "",
        picture_url=row.image_url,
        condition=row.condition_code,
        first_price_jpy=min(prices) if prices else row.price_jpy,
        withdrawn_at=row.withdrawn_at,
        offer_price_jpy=None if cheapest is None else cheapest.offer_price_jpy,
        estimate=None if cheapest is None else estimate_of(cheapest),
        unknowns=row.update_unknowns,
        saved_picture=next((one.saved_picture for one in group if one.saved_picture), None),
        undone=frozenset(item_id for one in group for item_id in undone.get(one.id, ())),
        offers=tuple(OfferPrice(one.offer_price_jpy, one.least_profit_jpy, estimate_of(one)) for one in group),
    )


def _too_dear(judged: Sequence[Judged]) -> Sequence[Judged]:
    """Return the candidates as of a listing that the found one, the last, is too dear for."""
    *others, found = judged
    return [*others, replace(found, refusal=Refusal(Filter.PRICE, JustTooDear()))]


def _cheapest(group: Sequence[AnyRow]) -> AnyRow | None:
    """Return the offer of which least is left; None where a price is not known. Those that share a source have the same
    goods, so that one without an estimate is taken for the worst."""
    if any(row.offer_price_jpy is None for row in group):
        return None
    return min(group, key=lambda row: (row.offer_price_jpy, row.estimate_fee_jpy is not None, row.id))


def _in_use(
    connection: Connection, user_id: int, keys: Sequence[tuple[Marketplace, str]]
) -> frozenset[tuple[Marketplace, str]]:
    sources = (
        select(source_items.c.marketplace, source_items.c.item_id)
        .join(listings, listings.c.source_item_id == source_items.c.id)
        .where(among_keys((source_items.c.marketplace, source_items.c.item_id), keys), listings.c.user_id == user_id)
    )
    skus = select(listings.c.sku).where(listings.c.sku.in_([key[1] for key in keys]), listings.c.user_id == user_id)
    rows, named = connection.execute(sources).all(), set(connection.execute(skus).scalars())
    own = ((Marketplace(row.marketplace), row.item_id) for row in rows)
    return frozenset([*own, *(key for key in keys if key[1] in named)])


def undone_items(connection: Connection, ids: Sequence[int]) -> Mapping[int, set[str]]:
    """Return by listing the ids of items that a person has refused or taken back for it."""
    rows = select(revivals.c.listing_id, revivals.c.item_id)
    undone: dict[int, set[str]] = defaultdict(set)
    for row in connection.execute(rows.where(revivals.c.listing_id.in_(ids), revivals.c.state == RevivalState.UNDONE)):
        undone[row.listing_id].add(row.item_id)
    return undone


def _unwanted(connection: Connection, batch: Batch, mine: ColumnElement[bool], taken: frozenset[int]) -> list[int]:
    """Return ids of the run's listings that have stopped needing a replacement since they were marked."""
    if batch.run_id is None:
        return []
    rows = select(listings.c.id).where(mine, ~wants_replacement())
    return [id for id in connection.execute(rows.order_by(listings.c.id)).scalars() if id not in taken]


def _own(connection: Connection, batch: Batch, wanted: Wanted) -> Wanted:
    """Lock the head, and the listings that no other run has taken since the claim; return `wanted` with these alone.

    Raises `Superseded`.
    """
    guard(connection, batch)
    mine = select(listings.c.id).where(listings.c.id.in_(wanted.listing_ids), _still_of(batch))
    ids = connection.execute(mine.order_by(listings.c.id).with_for_update()).scalars()
    return replace(wanted, listing_ids=tuple(ids))


def _still_of(batch: Batch) -> ColumnElement[bool]:
    """SQL condition: still claimed by this batch. A run that marks a listing meanwhile does not take it away."""
    return true() if batch.run_id is None else UPDATES.run == batch.run_id


def _lower(connection: Connection, own: Wanted, run_id: int | None, now: datetime) -> int:
    """Withdraw the listings if they were only marked."""
    mine = and_(listings.c.id.in_(own.listing_ids), listings.c.source_item_id == own.source_item_id)
    return withdrawals_sql.lower(connection, mine, run_id, now)


def _done(connection: Connection, batch: Batch, ids: Sequence[int], values: Mapping[str, Any]) -> int:
    """Finish those of `ids` that no other run has taken; return how many."""
    done = {**UPDATES.values(attempts=0, not_before=None), **values}
    if batch.run_id is not None:
        done |= UPDATES.values(run=None, done_run=batch.run_id)
    if not ids:
        return 0
    return connection.execute(store.noting(**done).where(listings.c.id.in_(ids), _still_of(batch))).rowcount


def _count_search(
    connection: Connection, batch: Batch, own: Wanted, *, checked: int, revived: int = 0, withdrawn: int = 0
) -> None:
    """Add a search with a result to the counts of its seller, and of the run."""
    seller = run_sellers.c
    if batch.run_id is not None and (checked or revived):
        mine = update(run_sellers).where(seller.run_id == batch.run_id, seller.user_id == own.user_id)
        connection.execute(mine.values(seen=seller.seen + checked, revived=seller.revived + revived))
    _count(connection, batch, checked=checked, revived=revived, withdrawn=withdrawn)


def _count(connection: Connection, batch: Batch, **counts: int) -> None:
    """Add to the run's counts. Called last in the transaction, since every worker of a run locks this row."""
    raised = {name: runs.c[name] + number for name, number in Counter(counts).items() if number}
    if batch.run_id is not None and raised:
        connection.execute(update(runs).where(runs.c.id == batch.run_id).values(**raised))
