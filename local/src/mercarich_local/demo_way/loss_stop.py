"""Loss stop: a source gets too dear for its offer, which goes down; it gets cheaper, and the offer goes up again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listing_events, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_local.demo_stage import Problem, Stage, clock
from mercarich_local.demo_way.cast import Cast, Offer, Seller, offers_on_sale

LEAST_PERCENT = 10
"""What the seller wants a sale to earn, in per cent of the offer's price. The market's offers cost half as much again
as their sources, of which Amazon keeps 15 per cent."""
DEARER, CHEAPER = 1.15, 0.9
"""Factors of the price at first: above the one a sale earns too little, below the other it earns enough again."""
TRIED = 60
"""Most new prices until one is as wanted: the market draws them."""
STEP_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Chosen:
    offer: Offer
    offered_jpy: int
    """Its price at Amazon."""
    source_jpy: int


def play(stage: Stage, cast: Cast) -> dict[str, object]:
    seller = cast.locked_out
    stage.title("Stop: the price of a source rises so far that a sale would earn too little")
    for key, value in (("LOSS_LEAST_PERCENT", str(LEAST_PERCENT)), ("LOSS_RULE", "take_down")):
        wish = ("revival", "set", seller.username, key, value)
        stage.command_line(*wish)
        stage.ask(*wish)
    chosen = _choose(stage, seller)
    stage.simulator.tell_loss_rule(seller.seller_id, chosen.offer.sku, LEAST_PERCENT)
    dear = _priced(stage, chosen, lambda price: price > chosen.source_jpy * DEARER)
    stage.tell(
        f"{chosen.offer.item_id} costs {dear:,} yen now, {chosen.source_jpy:,} before;"
        f" its offer {chosen.offer.sku} is sold for {chosen.offered_jpy:,}"
    )
    down = _checked_until(stage, seller, chosen.offer, EventKind.PAUSED)
    stage.until(lambda: _shown(stage, seller, chosen.offer) == 0, f"{chosen.offer.sku} down at Amazon", STEP_SECONDS)
    stage.tell(f"{clock(down.at)}  The checker has taken the offer down, and Amazon shows 0: {_earns(down)}")
    stage.title("Recover: the source gets cheaper, and the offer goes up by itself")
    cheap = _priced(stage, chosen, lambda price: price < chosen.source_jpy * CHEAPER)
    stage.tell(f"{chosen.offer.item_id} costs {cheap:,} yen now")
    up = _checked_until(stage, seller, chosen.offer, EventKind.RECOVERED)
    stage.tell(f"{clock(up.at)}  The checker has put it up: {_earns(up)}")
    _swept_until_shown(stage, seller, chosen.offer)
    stage.see(f"{chosen.offer.sku}: {_shown(stage, seller, chosen.offer)} at Amazon again")
    prices = {"offered_jpy": chosen.offered_jpy, "source_jpy": [chosen.source_jpy, dear, cheap]}
    return {"sku": chosen.offer.sku, **prices, "down_seconds": round((up.at - down.at).total_seconds(), 1)}


def _choose(stage: Stage, seller: Seller) -> Chosen:
    """Return an offer of one piece, here and at Amazon, whose source can be bought and tells that its postage is
    included. Its price is written into the books."""
    prices = {row["sku"]: row["price"] for row in stage.simulator.market().listings}
    for offer in offers_on_sale(stage.engine, seller):
        source = _source(stage, offer)
        item = stage.simulator.item(offer.marketplace, offer.item_id)
        if source.postage_jpy == 0 and item["state"] == "available" and _shown(stage, seller, offer) == 1:
            price = {"id": offer.listing_id, "offer_price_jpy": prices[offer.sku]}
            run_tx(stage.engine, partial(store.edit, rows=[price], user_id=seller.user_id, listed=True))
            return Chosen(offer, prices[offer.sku], item["price"])
    raise Problem(f"no offer of {seller.username} has a source whose price includes the postage")


def _source(stage: Stage, offer: Offer) -> AnyRow:
    its = select(source_items).join(listings, listings.c.source_item_id == source_items.c.id)
    with reading(stage.engine) as connection:
        return connection.execute(its.where(listings.c.id == offer.listing_id)).one()


def _priced(stage: Stage, chosen: Chosen, is_wanted: Callable[[int], bool]) -> int:
    """Let the market draw prices of the source until one is wanted, and return it."""
    for _ in range(TRIED):
        stage.simulator.reprice_items(chosen.offer.marketplace, [chosen.offer.item_id])
        price = int(stage.simulator.item(chosen.offer.marketplace, chosen.offer.item_id)["price"])
        if is_wanted(price):
            return price
    raise Problem(f"the price of {chosen.offer.item_id} did not move as wanted in {TRIED} times")


def _checked_until(stage: Stage, seller: Seller, offer: Offer, kind: EventKind) -> AnyRow:
    """Check the seller's sources until the offer has such a change, and return the newest one.

    A checker may not know the seller's rules yet at the first check: it reads settings every few seconds.
    """
    words = (f"check_item_{offer.marketplace}", "2", "4", "--usernames", seller.username)
    stage.command_line(*words)
    found: list[AnyRow] = []
    its = (listing_events.c.listing_id == offer.listing_id, listing_events.c.kind == kind)

    def look() -> Sequence[AnyRow]:
        stage.run(words, seconds=STEP_SECONDS)
        with reading(stage.engine) as connection:
            found[:] = connection.execute(select(listing_events).where(*its).order_by(listing_events.c.id.desc())).all()
        return found

    stage.until(look, f"{offer.sku} is {kind}", STEP_SECONDS)
    return found[0]


def _swept_until_shown(stage: Stage, seller: Seller, offer: Offer) -> None:
    words = (f"update_feed_{offer.marketplace}", "--usernames", seller.username)
    stage.command_line(*words)

    def is_up() -> bool:
        stage.run(words, seconds=STEP_SECONDS)
        return _shown(stage, seller, offer) > 0

    stage.until(is_up, f"{offer.sku} up at Amazon", STEP_SECONDS)


def _shown(stage: Stage, seller: Seller, offer: Offer) -> int:
    return int(stage.simulator.offer(seller.seller_id, offer.sku)["quantity"])


def _earns(change: AnyRow) -> str:
    why = change.reason
    return f"a sale would earn {why.profit_jpy:,} yen, and {why.limit_jpy:,} are wanted"
