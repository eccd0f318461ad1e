"""The controls of offers below /_sim/: what the world does to them beyond the product's pushes."""

from typing import Any

from mercarich_simulator.amazon.attributes import LEAD_TIME, MERGE, QUANTITY, Write
from mercarich_simulator.amazon.offers import SELLER, Offer, Push, Source, by_hand
from mercarich_simulator.amazon.prices import LEAST, MOST, OURS, SALE, PriceShown, PriceWrite
from mercarich_simulator.api.orders import order_id
from mercarich_simulator.catalogue import MARKETPLACES
from mercarich_simulator.offer_prices import accept
from mercarich_simulator.truth import BUYABLE
from mercarich_simulator.web import Request
from mercarich_simulator.world import World

EDITED = "edited in Seller Central"


class OfferLevers:
    """Each returns what it has set, and raises ValueError, KeyError or TypeError for a wrong request."""

    def __init__(self, world: World) -> None:
        self._world = world

    def set_lag(self, request: Request) -> dict[str, Any]:
        """Set how long future changes typically take until they show."""
        seconds = float(request.json()["seconds"])
        if seconds < 0:
            raise ValueError("seconds must be 0 or more")
        self._world.offers.lag_seconds = seconds
        return {"seconds": seconds}

    def order(self, request: Request) -> dict[str, Any]:
        """Set the rate at which buyers come, let one buy each of some offers now, or let sellers meet orders."""
        body, world, now = request.json(), self._world, self._world.clock.now()
        if "per_hour" in body:
            rate = float(body["per_hour"])
            if rate < 0:
                raise ValueError("per_hour must be 0 or more")
            world.buyers.set_rate(rate, now)
            return {"per_hour": rate}
        if "met" in body:
            return {"count": sum(self._meet(row, now) for row in body["met"])}
        offers = [self._existing(row) for row in body["offers"]]
        return {"count": sum(world.buyers.buy(offer, now, f"order-by-hand-{now}") for offer in offers)}

    def set_offers(self, request: Request) -> dict[str, Any]:
        """Change offers on behalf of the test, at once; the ledger does not judge these changes."""
        rows = request.json()["offers"]
        for row in rows:
            self._set(row)
        return {"count": len(rows)}

    def set_sources(self, request: Request) -> dict[str, Any]:
        """Record for the ledger the source item of an offer and since when, which only the seller's records show."""
        offers, now = self._world.offers, self._world.clock.now()
        rows = request.json()["sources"]
        for row in rows:
            self._existing(row)
            marketplace = marketplace_of(row["marketplace"])
            number = number_of(self._world, marketplace, row["item_id"])
            offers.stand_on(row["seller_id"], row["sku"], Source(float(row.get("at") or now), marketplace, number))
        return {"count": len(rows)}

    def set_meant(self, request: Request) -> dict[str, Any]:
        """Record for the ledger which offers sellers want to be created (`meant`), or want no more."""
        rows, offers = request.json()["offers"], self._world.offers
        meant = set(offers.meant or ())
        for row in rows:
            (meant.add if row.get("meant", True) else meant.discard)((str(row["seller_id"]), str(row["sku"])))
        offers.meant = meant
        return {"count": len(meant)}

    def _meet(self, row: dict[str, Any], now: float) -> bool:
        """Let the seller of an order buy another item for it, which is sold then."""
        world, seed = self._world, self._world.settings.seed
        wanted = (order for order in world.orders.kept.values() if order_id(seed, order.number) == row["order_id"])
        order = next(wanted, None)
        if order is None:
            raise ValueError(f"there is no order {row['order_id']}")
        marketplace = marketplace_of(row["marketplace"])
        look = world.market.find(marketplace, row["item_id"], now)
        if look is None or look.state not in BUYABLE:
            raise ValueError(f"{marketplace} {row['item_id']} cannot be bought")
        world.orders.met(order, look.item.landed, now)
        world.events.force(marketplace, [look.item.number], "sold", now, now)
        return True

    def _set(self, row: dict[str, Any]) -> None:
        offers, now, key = self._world.offers, self._world.clock.now(), (row["seller_id"], row["sku"])
        if row.get("comes_back"):
            offers.come_back(*key, now)
            return
        self._existing(row)
        if row.get("deleted"):
            offers.delete(*key, now, at_once=True)
        elif "edited" in row:
            names = {"quantity": QUANTITY, "lead_time_days": LEAD_TIME}
            fields = {names[name]: int(value) for name, value in row["edited"].items()}
            offers.accept(Push(*key, [Write(MERGE, fields)], SELLER, EDITED, now), now)
        elif "price" in row:
            names = {"our": OURS, "sale": SALE, "least": LEAST, "most": MOST}
            fields = {names[name]: int(value) for name, value in row["price"].items()}
            edit = PriceShown(now, 0, SELLER, EDITED, now)
            accept(self._world.catalogue, offers.touch(*key), [PriceWrite(MERGE, fields)], edit, 0.0)
        elif "issue" in row:
            issue = row["issue"]
            offers.trouble(*key, (str(issue["code"]), str(issue["message"])) if issue else None)
        else:
            offers.accept(by_hand(*key, int(row["quantity"]), "by hand", now), now)

    def _existing(self, row: dict[str, Any]) -> Offer:
        offer = self._world.offers.get(row["seller_id"], row["sku"])
        if offer is None:
            raise ValueError(f"{row['seller_id']} has no {row['sku']}")
        return offer


def marketplace_of(name: Any) -> str:
    """Return the name of a marketplace. Raise ValueError."""
    if name not in MARKETPLACES:
        raise ValueError(f"marketplace must be one of {', '.join(MARKETPLACES)}, not {name!r}")
    return str(name)


def number_of(world: World, marketplace: str, item_id: str) -> int:
    """Return the number of an item. Raise ValueError when the market has no such item."""
    look = world.market.find(marketplace, item_id, world.clock.now())
    if look is None:
        raise ValueError(f"{marketplace} has no item {item_id}")
    return look.item.number
