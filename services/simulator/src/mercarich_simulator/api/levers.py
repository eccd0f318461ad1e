"""/_sim/…: the controls of a test. All bodies are JSON; a wrong request gets a 400 with what was expected."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from mercarich_simulator.api.notifications import NotificationLevers
from mercarich_simulator.api.offer_levers import OfferLevers, marketplace_of, number_of
from mercarich_simulator.hazards import DAY
from mercarich_simulator.ledger import FOREVER, Frame
from mercarich_simulator.ledger_losses import Stop
from mercarich_simulator.ledger_orders import FeeOf, Terms
from mercarich_simulator.ledger_prices import Follow
from mercarich_simulator.ledger_report import ledger, offer_line
from mercarich_simulator.seeding import listing_rows, overview
from mercarich_simulator.sites.look import Look
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

MAX_ROWS = 20_000
Lever = Callable[[Request], Any]


class Levers:
    """Handle requests below /_sim/, except the reset."""

    def __init__(self, world: World) -> None:
        self._world = world
        offers = OfferLevers(world)
        self._exact: dict[tuple[str, str], Lever] = {
            ("GET", "/_sim/clock"): lambda _: self._clock(),
            ("POST", "/_sim/clock"): self._set_clock,
            ("POST", "/_sim/events"): self._event,
            ("GET", "/_sim/faults"): lambda _: {"faults": world.faults.described()},
            ("POST", "/_sim/faults"): self._set_fault,
            ("DELETE", "/_sim/faults"): self._clear_faults,
            ("POST", "/_sim/quotas"): self._set_quotas,
            ("POST", "/_sim/feeds"): self._set_feeds,
            ("POST", "/_sim/lag"): offers.set_lag,
            ("POST", "/_sim/orders"): offers.order,
            ("POST", "/_sim/offers"): offers.set_offers,
            ("POST", "/_sim/notifications"): NotificationLevers(world).take,
            ("POST", "/_sim/sources"): offers.set_sources,
            ("POST", "/_sim/meant"): offers.set_meant,
            ("GET", "/_sim/seed"): lambda _: overview(world.catalogue),
            ("GET", "/_sim/ledger"): self._ledger,
            ("GET", "/_sim/traffic"): lambda _: self._traffic(),
        }

    def answer(self, request: Request) -> Reply:
        try:
            if request.method == "GET" and request.path == "/_sim/seed/listings":
                return self._rows(request)
            lever = self._exact.get((request.method, request.path)) or self._one(request)
            found = lever(request) if lever else None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"error": "not found"}, 404) if found is None else json_reply(found)

    def _one(self, request: Request) -> Lever | None:
        if request.method == "GET" and request.path.startswith("/_sim/offers/"):
            return self._offer
        if request.method == "GET" and request.path.startswith("/_sim/items/"):
            return self._item
        return None

    def _clock(self) -> dict[str, Any]:
        clock = self._world.clock
        return {"mode": clock.mode, "speed": clock.speed, "now": clock.now(), "wall": clock.wall()}

    def _traffic(self) -> dict[str, Any]:
        world = self._world
        return {"wall": world.clock.wall(), **{name: traffic.last() for name, traffic in world.traffic.items()}}

    def _set_clock(self, request: Request) -> dict[str, Any]:
        body = request.json()
        speed = body.get("speed")
        self._world.clock.set(body.get("mode"), None if speed is None else float(speed))
        self._world.clock.advance(float(body.get("advance_seconds") or 0))
        self._world.settle()
        return self._clock()

    def _event(self, request: Request) -> dict[str, Any]:
        body, world = request.json(), self._world
        marketplace = marketplace_of(body.get("marketplace"))
        now = world.clock.now()
        at = now + max(0.0, float(body.get("after_seconds") or 0))
        if "ids" in body:
            numbers = [number_of(world, marketplace, str(item_id)) for item_id in body["ids"]]
        else:
            numbers = self._share(marketplace, float(body["share"]))
        world.events.force(marketplace, numbers, str(body.get("kind")), at, now)
        ids = [world.catalogue.item_id(marketplace, number) for number in numbers]
        return {"count": len(ids), "at": at, "ids": ids}

    def _share(self, marketplace: str, share: float) -> list[int]:
        if not 0 <= share <= 1:
            raise ValueError("share must be between 0 and 1")
        events = self._world.events
        buyable = events.buyable(marketplace)
        events.order += 1
        chance = random.Random(f"{self._world.settings.seed}:share:{events.order}")
        return sorted(chance.sample(buyable, round(len(buyable) * share)))

    def _set_fault(self, request: Request) -> dict[str, Any]:
        self._world.faults.set(request.json(), self._world.clock.wall())
        return self._world.faults.described()[-1]

    def _clear_faults(self, _request: Request) -> dict[str, Any]:
        cleared = self._world.faults.described()
        self._world.faults.active.clear()
        return {"cleared": cleared}

    def _set_quotas(self, request: Request) -> dict[str, Any]:
        factor = float(request.json()["factor"])
        if factor <= 0:
            raise ValueError("factor must be above 0")
        self._world.quotas.factor = factor
        return {"factor": factor}

    def _set_feeds(self, request: Request) -> dict[str, Any]:
        body, delays = request.json(), self._world.feed_delays
        delays[:] = [
            max(0.0, float(body.get("queue_seconds", delays[0]))),
            max(0.0, float(body.get("process_seconds", delays[1]))),
        ]
        return {"queue_seconds": delays[0], "process_seconds": delays[1]}

    def _rows(self, request: Request) -> Reply:
        offset = int(request.query.get("offset", "0"))
        limit = min(MAX_ROWS, int(request.query.get("limit", "5000")))
        if offset < 0 or limit < 1:
            raise ValueError("offset must be 0 or more, limit 1 or more")
        rows = listing_rows(self._world.catalogue, offset, limit)
        body = b"".join(orjson.dumps(row) + b"\n" for row in rows)
        return Reply(body, content_type="application/x-ndjson")

    def _ledger(self, request: Request) -> dict[str, Any]:
        details = request.query.get("details", "0") not in {"", "0", "false"}
        whose = frozenset(filter(None, request.query.get("take_down", "").split(",")))
        numbers = (float(request.query.get(name, "0")) for name in ("least_percent", "notice"))
        return ledger(
            self._world, self._frame(request), details, _terms(request), Stop(whose, *numbers), _follow(request)
        )

    def _offer(self, request: Request) -> dict[str, Any] | None:
        seller_id, _, sku = request.path.removeprefix("/_sim/offers/").partition("/")
        world = self._world
        seller = next((one for one in world.catalogue.sellers if one.username == seller_id), None)
        key = (seller.seller_id if seller else seller_id, sku)
        offer = world.offers.touched.get(key) or world.offers.get(*key)
        return offer_line(world, offer, self._frame(request)) if offer else None

    def _item(self, request: Request) -> dict[str, Any] | None:
        marketplace, _, item_id = request.path.removeprefix("/_sim/items/").partition("/")
        world = self._world
        look = world.market.find(marketplace_of(marketplace), item_id, world.clock.now())
        if look is None:
            return None
        number, successor = look.item.number, None
        if marketplace == "yahoo" and number in world.truth.successors:
            successor = world.catalogue.item_id(marketplace, world.truth.successors[number])
        return {
            "marketplace": marketplace,
            "item_id": item_id,
            "kind": look.item.kind,
            "title": look.item.title,
            "price": look.item.payable,
            "seller_id": look.item.seller_id,
            "state": look.state,
            "truth": [change._asdict() for change in world.truth.line(marketplace, number)],
            "relisted_as": successor,
            "offers": [
                {"seller_id": offer.seller_id, "sku": offer.sku, "quantity": offer.quantity}
                for offer in world.offers.of_source(marketplace, number)
            ],
            **self._fate(look),
        }

    def _fate(self, look: Look) -> dict[str, Any]:
        """Return what becomes of the item, which no page tells. Empty in a flat market."""
        fate = look.fate
        if fate is None:
            return {}
        end_at = fate.end_at(look.now)
        return {
            "hazard_a_day": fate.hazard_per_s * DAY,
            "goes_at": fate.gone_at,
            "goes_to": fate.state,
            "end_at": end_at,
        }

    def _frame(self, request: Request) -> Frame:
        world, query = self._world, request.query
        now = world.clock.now()
        cutoff = FOREVER
        if "before" in query:
            cutoff = _moment(query["before"])
        elif "grace" in query:
            cutoff = now - float(query["grace"])
        return Frame(world.catalogue.start_at, now, float(query.get("settled", "3600")), cutoff)


def _terms(request: Request) -> Terms:
    """Return what a sale costs; `before_estimate`: per cent that count until Amazon has told its own fee."""
    fee, before = request.query.get("fee_percent", "0"), request.query.get("before_estimate")
    costs = int(request.query.get("costs_jpy", "0"))
    if fee != "amazon":
        return Terms(float(fee), costs)
    return Terms(0.0, costs, FeeOf.AMAZON) if before is None else Terms(float(before), costs, FeeOf.ESTIMATE)


def _moment(text: str) -> float:
    """Return Unix seconds, read from a number or from ISO 8601 with a time zone."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} needs a time zone")
    return moment.timestamp()


def _follow(request: Request) -> Follow:
    sellers = frozenset(filter(None, request.query.get("follow", "").split(",")))
    least, most, notice = (float(request.query.get(name, "0")) for name in ("band_least", "band_most", "notice"))
    return Follow(sellers, least, most, int(request.query.get("changes_a_day", "0")), notice)
