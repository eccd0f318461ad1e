"""New offers: sellers have drafts created at Amazon, give some of them up, and take over what they have there.

Four times a day each seller makes a draft of a piece that nobody lists, and has its offer created, as the pages do. In
a market that renews itself they make as many as they have lost offers since the start, of what was listed lately. Of
every few, one is given up later, and one was listed by its seller in Seller Central before. The ledger is told which of
them their sellers want, and what the books call created must have been sold by Amazon.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import Connection, and_, insert, or_, select
from tests.soak.kernel import Process
from tests.soak.plant import SOMEBODY, Plant
from tests.soak.sentinel import Offence

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listing_creations, listings, source_items
from mercarich_listings import store
from mercarich_simulator.amazon.attributes import MERGE, QUANTITY, Write
from mercarich_simulator.amazon.offer_terms import OfferTerms
from mercarich_simulator.amazon.offers import PUT, Push, Source
from mercarich_simulator.seeding import offered_at
from mercarich_simulator.truth import BUYABLE
from mercarich_simulator.web import Reply, Request
from mercarich_web.jobs.sql.new_rows import new_listing, new_source
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.choices import Choice
from mercarich_web.listings.sql.actions import SqlBulk

TURN_SECONDS = 6 * 3_600.0
GIVEN_UP, TAKEN_OVER = 5, 4
"""Of so many drafts one is given up by its seller; of so many one is at Amazon already."""
LONGEST_THOUGHT_SECONDS = 120.0
"""Within this time one is given up: before Amazon sells it, or after."""
MOST_AT_ONCE = 4
"""Drafts that a seller makes at once, at most."""
_LATELY = 2 * 86_400.0
"""Seconds since the first listing of what a seller finds."""
_FAIR = 3
"""The condition of all pieces: 3 of 6, as their pages say."""


class NewOffers:
    """Call `turn` every `TURN_SECONDS`, and `verdicts` at the end."""

    def __init__(self, plant: Plant, seed: int) -> None:
        self._plant = plant
        self._chance = random.Random(f"{seed}:new offers")
        self._bulk = SqlBulk(plant.database.books)
        self._level = self._up() if plant.market.world.market.fates else None
        """How many offers each seller wants to have; None: they make one draft at a time."""
        self._known: set[tuple[str, str]] = set()
        """Marketplace and item id of what is in the books."""
        self._unwanted: set[tuple[str, str]] = set()
        self._pieces: dict[tuple[str, str], tuple[str, int]] = {}
        self._is_over = False
        self._own: set[tuple[str, str]] = set()
        """Those that sellers have listed in Seller Central."""
        plant.market.world.offers.meant = set()
        plant.market.on_amazon.append(self._on_amazon)

    @property
    def made(self) -> int:
        """How many drafts there were."""
        return len(self._pieces)

    def is_draft(self, seller_id: str, sku: str, *, listed: bool) -> bool:
        return not listed and (seller_id, sku) in self._pieces

    def rest(self) -> None:
        """No more drafts from now on."""
        self._is_over = True

    def turn(self) -> None:
        if self._is_over:
            return
        with reading(self._plant.database.books) as connection:
            accounts = connection.execute(select(amazon_accounts).order_by(amazon_accounts.c.user_id)).all()
            items = connection.execute(select(source_items.c.marketplace, source_items.c.item_id))
            self._known = {(row.marketplace, row.item_id) for row in items}
        up = self._up()
        for account in accounts:
            lacks = 1 if self._level is None else self._level[account.user_id] - up[account.user_id]
            for _ in range(min(lacks, MOST_AT_ONCE)):
                self._begin(account.user_id, account.seller_id)

    def tell(self) -> None:
        """Tell the ledger which of the new offers their sellers want now: those that the books list or register."""
        of = select(amazon_accounts.c.seller_id, listings.c.sku, listings.c.listed, listing_creations.c.ended_at)
        of = of.join(listings, listings.c.user_id == amazon_accounts.c.user_id)
        of = of.join(listing_creations, listing_creations.c.listing_id == listings.c.id)
        with reading(self._plant.database.books) as connection:
            rows = connection.execute(of).all()
        wanted = {(row.seller_id, row.sku) for row in rows if row.listed or row.ended_at is None}
        self._plant.market.world.offers.meant = (wanted - self._unwanted) | self._own

    def left_to_sellers(self) -> frozenset[tuple[str, str]]:
        """Return the offers that sellers have listed on their own, and that the books never took over."""
        of = select(amazon_accounts.c.seller_id, listings.c.sku)
        of = of.join(listings, listings.c.user_id == amazon_accounts.c.user_id)
        of = of.join(listing_creations, listing_creations.c.listing_id == listings.c.id)
        with reading(self._plant.database.books) as connection:
            drafts = connection.execute(of.where(~listings.c.listed, listing_creations.c.ended_at.is_not(None))).all()
        return frozenset(self._own & (self._unwanted | {(row.seller_id, row.sku) for row in drafts}))

    def called_up(self) -> Iterator[Offence]:
        """Yield the listings that the books have called created and that Amazon had never sold by then."""
        its = select(amazon_accounts.c.seller_id, listings.c.sku, listing_creations.c.ended_at)
        its = its.join(listings, listings.c.user_id == amazon_accounts.c.user_id)
        its = its.join(listing_creations, listing_creations.c.listing_id == listings.c.id)
        with reading(self._plant.database.books) as connection:
            rows = connection.execute(its.where(listing_creations.c.state == "created")).all()
        for row in rows:
            offer = self._plant.market.world.offers.touched.get((row.seller_id, row.sku))
            ended = row.ended_at.timestamp()
            if offer is None or not any(change.quantity and change.at <= ended for change in offer.changes):
                yield Offence(
                    row.sku, row.seller_id, f"the books call it created at {row.ended_at}, and Amazon had never sold it"
                )

    def counts(self) -> dict[str, int]:
        """Return how many new offers ended in each way."""
        with reading(self._plant.database.books) as connection:
            states = connection.execute(select(listing_creations.c.state)).scalars().all()
        return {state: states.count(state) for state in sorted(set(states))}

    def _begin(self, user_id: int, seller_id: str) -> None:
        piece = self._piece()
        if piece is None:
            return
        key = seller_id, f"NEW-{len(self._pieces) + 1:05d}"
        self._pieces[key] = piece
        id = run_tx(self._plant.database.books, lambda connection: self._draft(connection, user_id, key[1], *piece))
        action = BulkAction.CREATE
        if len(self._pieces) % TAKEN_OVER == 0:
            action = BulkAction.LIST
            self._list_by_hand(key, piece)
        self._bulk.apply(user_id, action, Choice(ids=[id]), SOMEBODY.name, self._plant.kernel.utc())
        if len(self._pieces) % GIVEN_UP == 0:
            give_up = partial(self._give_up, key, user_id, id)
            after = self._chance.uniform(0, LONGEST_THOUGHT_SECONDS)
            self._plant.kernel.spawn("a seller gives up a new offer", give_up, Process("seller"), after=after)

    def _list_by_hand(self, key: tuple[str, str], piece: tuple[str, int]) -> None:
        """The seller lists the piece in Seller Central."""
        world, now = self._plant.market.world, self._plant.kernel.unix()
        item = world.catalogue.item(*piece)
        world.offers.put(*key, OfferTerms(self._asin(*piece), "used_good", "", offered_at(item)))
        up = [Write(MERGE, {QUANTITY: 1})]
        world.offers.accept(Push(*key, up, PUT, "listed in Seller Central", now), now)
        world.offers.stand_on(*key, Source(now, *piece))
        self._own.add(key)

    def _on_amazon(self, request: Request, _reply: Reply) -> None:
        """The ledger is told which piece a new offer stands on, as soon as Amazon has the offer."""
        *_, seller_id, sku = request.path.split("/")
        piece = self._pieces.get((seller_id, sku)) if request.method == "PUT" else None
        offers = self._plant.market.world.offers
        if piece is not None and (offer := offers.touched.get((seller_id, sku))) is not None and not offer.sources:
            offers.stand_on(seller_id, sku, Source(self._plant.kernel.unix(), *piece))

    def _up(self) -> Counter[int]:
        """Count the offers that are up or about to be, by their sellers' user ids."""
        creation = listing_creations.c
        of = select(listings.c.user_id).outerjoin(listing_creations, creation.listing_id == listings.c.id)
        waits = and_(creation.listing_id.is_not(None), creation.ended_at.is_(None))
        is_up = or_(and_(listings.c.listed, listings.c.quantity > 0), waits)
        with reading(self._plant.database.books) as connection:
            return Counter(connection.execute(of.where(is_up)).scalars())

    def _piece(self) -> tuple[str, int] | None:
        """Draw a piece for sale that no listing stands on; None: none was found in some tries."""
        world = self._plant.market.world
        for _ in range(20):
            marketplace = self._chance.choice(sorted(world.catalogue.shelves))
            pieces = self._found(marketplace)
            if not pieces:
                continue
            number = self._chance.choice(pieces)
            item_id = world.catalogue.item_id(marketplace, number)
            if (marketplace, item_id) not in self._known and world.truth.state(marketplace, number) in BUYABLE:
                self._known.add((marketplace, item_id))
                return marketplace, number
        return None

    def _found(self, marketplace: str) -> Sequence[int]:
        """Return the pieces among which a seller looks."""
        world = self._plant.market.world
        shelf = world.catalogue.shelves[marketplace]
        if self._level is None:
            return range(shelf.sources, shelf.sources + shelf.unlisted)
        return world.market.products_since(marketplace, self._plant.kernel.unix() - _LATELY)

    def _draft(self, connection: Connection, user_id: int, sku: str, marketplace: str, number: int) -> int:
        item, now = self._plant.market.world.catalogue.item(marketplace, number), self._plant.kernel.utc()
        source = new_source(marketplace, item.item_id, seller_id=item.seller_id, title=item.title)
        seen = {"price_jpy": item.payable, "postage_jpy": 0, "condition_code": _FAIR}
        made = insert(source_items).values(**source, **seen).returning(source_items.c.id)
        row = new_listing(user_id, connection.execute(made).scalar_one(), marketplace, 1, now)
        offered = {"asin": self._asin(marketplace, number), "offer_price_jpy": offered_at(item)}
        [id] = store.add(connection, [{**row, **offered, "sku": sku, "title": item.title}])
        return id

    def _asin(self, marketplace: str, number: int) -> str:
        world = self._plant.market.world
        shelf = world.catalogue.shelves[marketplace]
        return world.products.asin(number % shelf.sources if self._level is None else shelf.product_of(number))

    def _give_up(self, key: tuple[str, str], user_id: int, id: int) -> None:
        """Give it up, unless it is an offer already."""
        now = self._plant.kernel.utc()
        if self._bulk.apply(user_id, BulkAction.GIVE_UP, Choice(ids=[id]), SOMEBODY.name, now).changed:
            self._unwanted.add(key)
