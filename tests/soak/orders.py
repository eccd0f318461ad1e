"""What became of the week's orders, and what the product foretold: measured from rows and from the market.

A look counts from the read of its order to the look that told a state. A search counts from the look that found the
source gone to the first item that fits. Forecasts of cancellations are those of the sellers' home pages.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, inf
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, func, select
from tests.soak import losses, prices
from tests.soak.buying import Buying
from tests.soak.hindrances import Hindrances
from tests.soak.plant import Plant
from tests.soak.spares import had_spare

from mercarich_contracts.market import Marketplace
from mercarich_db.conditions import among
from mercarich_db.engine import reading
from mercarich_db.open_orders import UNDECIDED
from mercarich_db.tables import amazon_accounts, order_items, order_searches, source_items
from mercarich_simulator.amazon.orders import CancelledBy, Order, Status, Step
from mercarich_simulator.api.orders import PERSONAL
from mercarich_simulator.ledger_orders import source_at
from mercarich_simulator.truth import BUYABLE, state_at
from mercarich_simulator.web import Reply, Request
from mercarich_web.home.assembly import TellFortnight
from mercarich_web.home.sql import SqlSellersDesk
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.sql.demand import SqlDemands
from mercarich_web.listings.sql.exposure import SqlExposures
from mercarich_web.listings.sql.outcomes import SqlOutcomes
from mercarich_web.orders.sql.orders import SqlOrders

ORDERS_SECONDS = 10.0
"""How often it is measured what the product did about orders."""
IN_TIME_SECONDS = 600.0
"""Time in which another source is to be offered."""
PERIOD = timedelta(days=7)
_ASKED = "/spapi/orders/2026-01-01/orders"


class Forecast(NamedTuple):
    """What was foretold at the end of a day of all sellers' orders, and what became of those of the week before."""

    at: datetime
    foretold: float | None
    """Share of orders that are expected to be cancelled; None: it was not known."""
    orders: int
    unsourced: int
    """Orders that came while the source could not be bought."""
    cancelled: int
    """Orders that their seller cancelled, or will."""

    @property
    def off(self) -> float | None:
        """Return the share that was foretold less that of the orders that were cancelled; None: one is not known."""
        return None if self.foretold is None or not self.orders else self.foretold - self.cancelled / self.orders


@dataclass(frozen=True, slots=True)
class Look:
    """How long an order waited for the look at its source, and why."""

    order: str
    read_at: datetime
    seconds: float
    hindered: float
    """Seconds of it in which a fault of the week kept looks from being made (`hindrances`)."""
    by: Sequence[str] = ()
    """What did."""

    @property
    def own(self) -> float:
        """Seconds that the product alone has taken."""
        return max(0.0, self.seconds - self.hindered)


@dataclass(frozen=True, slots=True)
class Looks:
    all: Sequence[Look]
    unlooked: int
    """Orders that were decided or closed before a look told a state."""

    def within(self, part: float, *, own: bool) -> float | None:
        """Return the seconds within which this part of the looks came; None: there was none. `own`: without the time in
        which a fault hindered them."""
        seconds = sorted(look.own if own else look.seconds for look in self.all)
        return seconds[ceil(len(seconds) * part) - 1] if seconds else None

    @property
    def slowest(self) -> Look | None:
        return max(self.all, key=lambda look: look.own, default=None)


class _Waits:
    """An order whose source was not looked at since it was read."""

    def __init__(self, row: Any) -> None:
        self.order, self.read_at = row.order_id, row.seen_at
        self.source_id, self.marketplace = row.source_item_id, Marketplace(row.marketplace)
        self.hindered, self.by = 0.0, set[str]()

    def looked(self, at: datetime) -> Look:
        seconds = (at - self.read_at).total_seconds()
        return Look(self.order, self.read_at, seconds, min(self.hindered, seconds), sorted(self.by))


@dataclass(frozen=True, slots=True)
class Searches:
    """Of orders whose source was gone before their seller bought it."""

    gone: int
    found: int
    found_in_time: int
    spared: int
    """Those of which the market had another piece for sale when the look found the source gone, in no worse a condition
    and within what Amazon's fee left of the order."""
    spared_in_time: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the market's ledger counts, and what the rows say."""

    orders: int
    counted: int
    """Those that count in a cancellation rate."""
    cancelled: int
    """By their sellers, or to be."""
    met_elsewhere: int
    sold_twice: int
    late: int
    late_told: int
    """Shipped late by the rows."""
    at_loss: int
    """By whomever."""
    at_loss_late: int
    """Sold at a loss by the seller with the loss rule, after a run could know."""
    prices_unasked: int
    fields_lost: int
    """Fields of offers that a push changed and did not mean."""


class Orders:
    """`look` is called every `ORDERS_SECONDS`, `day` at the end of each day."""

    def __init__(
        self, plant: Plant, buying: Buying, hindrances: Hindrances, left: Callable[[], Set[tuple[str, str]]] = frozenset
    ) -> None:
        """`left`: the offers that are left to their sellers, by seller id and SKU: nobody watches their sources, and
        their orders count in no share."""
        self._plant = plant
        self.buying = buying
        self._hindrances = hindrances
        self._left = left
        self._last = 0
        self._waiting: dict[int, _Waits] = {}
        """By the row's id."""
        self._looks: list[Look] = []
        self._unlooked = 0
        self._forecasts: list[tuple[datetime, float | None]] = []
        self.personal = 0
        """Requests for data sets with personal data."""
        plant.market.on_amazon.append(self._asked)

    @property
    def any(self) -> bool:
        return self._plant.market.world.orders.last_number > 0

    @property
    def looks(self) -> Looks:
        return Looks(self._looks, self._unlooked)

    def look(self) -> None:
        there_are_new = self._plant.database.has(f"SELECT 1 FROM order_items WHERE id > {self._last} LIMIT 1")
        if not there_are_new and not self._waiting:
            return
        with reading(self._plant.database.books) as connection:
            if there_are_new:
                self._add(connection)
            if not self._waiting:
                return
            source = source_items.c
            asked = sorted({wait.source_id for wait in self._waiting.values()})
            seen = select(source.id, source.checked_at, source.observed_at).where(among(source.id, asked))
            looked = {row.id: (row.checked_at, row.observed_at) for row in connection.execute(seen)}
            still = select(order_items.c.id).where(among(order_items.c.id, sorted(self._waiting)), UNDECIDED)
            undecided = set(connection.execute(still).scalars())
        for id, wait in list(self._waiting.items()):
            since = [at for at in looked.get(wait.source_id, ()) if at is not None and at > wait.read_at]
            if since:
                self._looks.append(wait.looked(min(since)))
            elif id not in undecided:
                self._unlooked += 1
            if since or id not in undecided:
                del self._waiting[id]
        self._hinder()

    def _add(self, connection: Connection) -> None:
        item, source = order_items.c, source_items.c
        last = connection.execute(select(func.max(item.id))).scalar_one()
        columns = (item.id, item.order_id, item.seen_at, item.source_item_id, source.marketplace)
        new = select(*columns).join(source_items, source.id == item.source_item_id)
        new = new.where(item.id > self._last, item.id <= last, UNDECIDED).order_by(item.id)
        self._waiting |= {row.id: _Waits(row) for row in connection.execute(new)}
        self._last = last

    def _hinder(self) -> None:
        """What holds now holds until the next look."""
        for marketplace in {wait.marketplace for wait in self._waiting.values()}:
            if by := self._hindrances.of(marketplace):
                for wait in self._waiting.values():
                    if wait.marketplace is marketplace:
                        wait.hindered += ORDERS_SECONDS
                        wait.by.update(by)

    def day(self) -> None:
        """Note what is foretold now of the orders of the last seven days, each seller's by the seller's forecast."""
        books, now = self._plant.database.books, self._plant.kernel.utc()
        of_sellers = select(amazon_accounts.c.user_id).order_by(amazon_accounts.c.user_id)
        with reading(books) as connection:
            user_ids = connection.execute(of_sellers).scalars().all()
        shop = SqlListingBook(books).shop
        desk, orders = SqlSellersDesk(books), SqlOrders(books)
        told_by = (SqlExposures(books), SqlDemands(books), SqlOutcomes(books), desk, orders, shop)
        tell = TellFortnight(*told_by, lambda: now)
        shares, placed = 0.0, 0
        for user_id in user_ids:
            told = tell(user_id)
            if told.cancelled is not None:
                shares += told.cancelled * told.rate.orders
                placed += told.rate.orders
        self._forecasts.append((now, shares / placed if placed else None))

    def forecasts(self) -> Sequence[Forecast]:
        """Return what was foretold at the end of each day; of the orders it is known only later what became of them."""
        return [self._judged(at, foretold) for at, foretold in self._forecasts]

    def searches(self) -> Searches:
        source, search = source_items.c, order_searches.c
        its_order = (order_items.c.order_id, order_items.c.price_jpy)
        columns = (*its_order, search.gone_at, search.found_at, source.marketplace, source.item_id)
        rows = select(*columns).join_from(order_searches, order_items, order_items.c.id == search.order_item_id)
        rows = rows.join(source_items, source.id == order_items.c.source_item_id)
        with reading(self._plant.database.books) as connection:
            gone = [row for row in connection.execute(rows) if not self.is_bought_at_source(row.order_id)]
        left = self._left()
        gone = [row for row in gone if not self._is_of(self.buying.order(row.order_id), left)]
        in_time = [row for row in gone if _seconds_to_find(row) <= IN_TIME_SECONDS]
        spared = [row for row in gone if self.had_spare(row, row.gone_at)]
        return Searches(
            gone=len(gone),
            found=sum(row.found_at is not None for row in gone),
            found_in_time=len(in_time),
            spared=len(spared),
            spared_in_time=sum(row in in_time for row in spared),
        )

    def totals(self) -> Totals:
        questions = f"{losses.question(self._plant)}&{prices.question(self._plant)}"
        address = f"http://simulator/_sim/ledger?{questions}"
        ledger = orjson.loads(self._plant.market.answer("GET", address, {}, b"").body)
        left, kept = self._left(), self._plant.market.world.orders.kept.values()
        counted = [order for order in kept if _counts(order) and not self._is_of(order, left)]
        late = select(func.count()).where(order_items.c.shipped_at > order_items.c.ship_by)
        with reading(self._plant.database.books) as connection:
            late_told = connection.execute(late).scalar_one()
        return Totals(
            orders=ledger["orders"],
            counted=len(counted),
            cancelled=sum(map(is_cancelled, counted)),
            met_elsewhere=ledger["orders_met_elsewhere"],
            sold_twice=ledger["pieces_sold_twice"],
            late=ledger["orders_shipped_late"],
            late_told=late_told,
            at_loss=ledger["sold_at_loss"],
            at_loss_late=ledger["sold_at_loss_late"],
            prices_unasked=ledger["prices_unasked"],
            fields_lost=ledger["fields_lost"],
        )

    def _judged(self, at: datetime, foretold: float | None) -> Forecast:
        begin, end = (at - PERIOD).timestamp(), at.timestamp()
        kept = self._plant.market.world.orders.kept.values()
        placed = [order for order in kept if begin < order.placed_at <= end and _counts(order)]
        unsourced, cancelled = sum(map(self._is_unsourced, placed)), sum(map(is_cancelled, placed))
        return Forecast(at, foretold, len(placed), unsourced, cancelled)

    def _is_unsourced(self, order: Order) -> bool:
        world = self._plant.market.world
        source = source_at(world.offers.touched[(order.seller_id, order.sku)], order.placed_at)
        return source is None or state_at(world.truth.line(*source), order.placed_at) not in BUYABLE

    def is_left(self, order: Order) -> bool:
        """Return whether the order is of an offer that is left to its seller."""
        return self._is_of(order, self._left())

    def _is_of(self, order: Order | None, offers: Set[tuple[str, str]]) -> bool:
        return order is not None and (order.seller_id, order.sku) in offers

    def is_bought_at_source(self, order_id: str) -> bool:
        """Return whether the seller took the piece that the source had: after that it is gone, of course."""
        order = self.buying.order(order_id)
        taken = order is not None and (order.status is Status.SHIPPED or order.next_step is Step.SHIP)
        return taken and order is not None and order.paid_jpy is None

    def spared(self) -> tuple[int, int]:
        """Return how many orders were read whose source is known, and of how many of them another piece was for sale
        then."""
        item, source = order_items.c, source_items.c
        columns = (item.price_jpy, item.seen_at, source.marketplace, source.item_id)
        rows = select(*columns).join_from(order_items, source_items, source.id == item.source_item_id)
        with reading(self._plant.database.books) as connection:
            orders = connection.execute(rows).all()
        return len(orders), sum(self.had_spare(row, row.seen_at) for row in orders)

    def had_spare(self, row: Any, at: datetime) -> bool:
        """Return whether another piece than the order's source could be bought then. `row`: with the source's
        marketplace and item id, and the price of the order."""
        world = self._plant.market.world
        number = world.catalogue.number_of(row.marketplace, row.item_id)
        kept = inf if row.price_jpy is None else row.price_jpy * (1 - losses.FEE_PERCENT / 100)
        return number is not None and had_spare(world, row.marketplace, number, at.timestamp(), kept)

    def _asked(self, request: Request, _reply: Reply) -> None:
        if request.path == _ASKED:
            wanted = {name for text in request.queries.get("includedData", []) for name in text.split(",")}
            self.personal += bool(wanted & PERSONAL)


def _seconds_to_find(row: Any) -> float:
    return inf if row.found_at is None else (row.found_at - row.gone_at).total_seconds()


def _counts(order: Order) -> bool:
    """Return whether Amazon counts the order in a cancellation rate."""
    return order.status is not Status.PENDING and order.cancelled_by in (None, CancelledBy.MERCHANT)


def is_cancelled(order: Order) -> bool:
    return order.cancelled_by is CancelledBy.MERCHANT or order.next_step is Step.GIVE_UP
