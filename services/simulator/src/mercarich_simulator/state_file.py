"""Keep all changes of a market over a restart: one JSON file, replaced as a whole."""

import base64
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson

from mercarich_simulator.amazon.attributes import LEAD_TIME, QUANTITY, Fields, Lost
from mercarich_simulator.amazon.buyers import NEVER
from mercarich_simulator.amazon.documents import Document
from mercarich_simulator.amazon.feeds import Feed
from mercarich_simulator.amazon.offer_terms import OfferTerms
from mercarich_simulator.amazon.offers import Coming, Offer, Shown, Source, first_entry
from mercarich_simulator.amazon.orders import CancelledBy, Order, Status, Step
from mercarich_simulator.amazon.prices import PriceShown, Pricing
from mercarich_simulator.events import Scheduled
from mercarich_simulator.hazards import SIGMA
from mercarich_simulator.truth import Change, Priced
from mercarich_simulator.world import World

VERSION = 1
_SHAPE = (
    "seed",
    "sellers",
    "listings",
    "already_sold",
    "restores",
    "spare_pieces",
    "market",
    "sigma",
    "source_sellers",
)
"""The settings that define a market. A file with other values is of another market."""

_LATER = {"spare_pieces": 0.0, "market": "flat", "sigma": SIGMA, "source_sellers": "shelf"}
"""Settings that files of earlier releases do not name."""


class ForeignState(Exception):
    """The file belongs to another market or cannot be read. It is not changed."""


def save(world: World, path: Path) -> None:
    """Write the state to a temporary file and move it to `path`. Raise OSError."""
    document = {
        "version": VERSION,
        "shape": {name: getattr(world.settings, name) for name in _SHAPE},
        "start_at": world.catalogue.start_at,
        "now": world.clock.now(),
        "truth": {name: _lines(lines) for name, lines in world.truth.lines.items()},
        "prices": {
            name: [(number, [tuple(priced) for priced in line]) for number, line in prices.items()]
            for name, prices in world.truth.prices.items()
        },
        "relisted": [[new, *origin] for new, origin in world.truth.relisted.items()],
        "events": _events(world),
        "rounds": _rounds(world),
        "offers": [_offer(offer) for offer in world.offers.touched.values()],
        "documents": [
            asdict(document) | {"body": None if document.body is None else base64.b64encode(document.body).decode()}
            for document in world.documents.kept.values()
            if not document.content_type.startswith("text/")  # of a report, which ends with its simulator
        ],
        "feeds": [asdict(feed) for feed in world.feeds.kept.values()],
        "buyers": [
            world.buyers.number,
            None if world.buyers.next_at == NEVER else world.buyers.next_at,
            world.buyers.eager,
        ],
        "orders": [asdict(order) for order in world.orders.kept.values()],
        "last_order": world.orders.last_number,
        "estimated": [[*key, at] for key, at in world.estimated_at.items()],
        "meant": None if world.offers.meant is None else sorted(world.offers.meant),
        "numbers": [world.documents.last_number, world.feeds.last_number],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(orjson.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read(path: Path) -> dict[str, Any] | None:
    """Return the content of a state file; None when there is no file. Raise ForeignState for any other file."""
    if not path.exists():
        return None
    try:
        document = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ForeignState(f"{path} is not a simulator's state: {error}") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ForeignState(f"{path} is not a simulator's state of version {VERSION}")
    return document


def restore(world: World, document: dict[str, Any]) -> None:
    """Apply the file's state to a world that began at the file's `start_at`. Raise ForeignState."""
    shape = {name: getattr(world.settings, name) for name in _SHAPE}
    if {**_LATER, **document["shape"]} != shape:
        raise ForeignState(f"the state file is of another market: {document['shape']}, not {shape}")
    world.clock.jump_to(max(document["now"], world.clock.now()) if world.clock.mode == "real" else document["now"])
    for name, lines in document["truth"].items():
        world.truth.lines[name] = {number: [Change(*change) for change in line] for number, line in lines}
    for name, prices in document.get("prices", {}).items():
        world.truth.prices[name] = {number: _prices(line, world.catalogue.start_at) for number, line in prices}
    for new, origin, at in document["relisted"]:
        world.truth.relist(origin, new, at)
    _restore_rounds(world, document.get("rounds", []))
    _restore_events(world, document["events"])
    world.events.go_on(world.clock.now())
    for row in document["offers"]:
        _restore_offer(world, row)
    for row in document["documents"]:
        body = None if row["body"] is None else base64.b64decode(row["body"])
        world.documents.kept[row["document_id"]] = Document(**{**row, "body": body})
    for row in document["feeds"]:
        world.feeds.add(Feed(**row))
    world.documents.last_number, world.feeds.last_number = document["numbers"]
    world.buyers.number, next_order, eager = document.get("buyers", [0, None, []])
    world.buyers.eager = [tuple(one) for one in eager]
    world.orders.last_number = document.get("last_order", 0)
    meant = document.get("meant")
    world.offers.meant = None if meant is None else {(seller_id, sku) for seller_id, sku in meant}
    for row in document.get("orders", []):
        world.orders.expect(_order(row))
    world.estimated_at.update({(seller_id, sku): at for seller_id, sku, at in document.get("estimated", [])})
    if next_order is not None and world.settings.orders_per_hour:
        world.buyers.next_at = next_order


def _prices(line: Any, start_at: float) -> list[Priced]:
    """Return an item's prices. Files of earlier releases have the last one alone."""
    return [Priced(start_at, line)] if isinstance(line, int) else [Priced(*priced) for priced in line]


def _order(row: dict[str, Any]) -> Order:
    by = row["cancelled_by"]
    told = {"status": Status(row["status"]), "next_step": Step(row["next_step"])}
    return Order(**{**row, **told, "cancelled_by": by and CancelledBy(by)})


def _events(world: World) -> dict[str, Any]:
    events = world.events
    version, numbers, gauss = events.random.getstate()
    chance = events.next_chance
    return {
        "random": [version, list(numbers), gauss],
        "scheduled": [tuple(event) for event in events.scheduled],
        "order": events.order,
        "next_chance": None if chance == float("inf") else chance,
    }


def _restore_events(world: World, row: dict[str, Any]) -> None:
    version, numbers, gauss = row["random"]
    world.events.random.setstate((version, tuple(numbers), gauss))
    world.events.scheduled = [Scheduled(*event) for event in row["scheduled"]]
    world.events.order = row["order"]
    if row["next_chance"] is not None and world.settings.churn_per_hour:
        world.events.next_chance = row["next_chance"]


def _rounds(world: World) -> list[tuple[str, int, int, float]]:
    """Return the listings that began after the market, of which the fates are drawn again."""
    fates = world.market.fates
    return (
        [(name, number, *one) for name, rounds in fates.rounds.items() for number, one in rounds.items()]
        if fates
        else []
    )


def _restore_rounds(world: World, rows: list[tuple[str, int, int, float]]) -> None:
    if world.market.fates:
        for marketplace, number, turn, at in rows:
            world.market.fates.restore(marketplace, number, turn, at)


def _lines(lines: dict[int, list[Change]]) -> list[tuple[int, list[tuple[float, str]]]]:
    return [(number, [(change.at, change.state) for change in line]) for number, line in lines.items()]


def _offer(offer: Offer) -> dict[str, Any]:
    # asdict would take twenty times as long, and all requests wait for a save.
    row: dict[str, Any] = {field.name: getattr(offer, field.name) for field in fields(Offer)}
    row["listing"] = offer.listing is not None
    row["changes"] = [tuple(change) for change in offer.changes]
    row["coming"] = [(tuple(coming.change), coming.deletes) for coming in offer.coming]
    row["sources"] = [tuple(source) for source in offer.sources]
    row["fields_lost"] = [tuple(lost) for lost in offer.fields_lost]
    row["terms"] = None if offer.terms is None else tuple(offer.terms)
    pricing = offer.pricing
    changes = [] if pricing is None else [tuple(change) for change in pricing.changes]
    row["pricing"] = None if pricing is None else [pricing.entry, changes, pricing.lost, pricing.told]
    return row


def _restore_offer(world: World, row: dict[str, Any]) -> None:
    listing = world.catalogue.listing_of(row["seller_id"], row["sku"]) if row["listing"] else None
    changes = [Shown(*change) for change in row["changes"]]
    sources = [Source(*source) for source in row.get("sources", [])]
    lost = [Lost(*lost) for lost in row.get("fields_lost", [])]
    if "entry" not in row:
        row = _with_entry(row, first_entry(listing) if listing else {})
    coming = [Coming(Shown(*change), deletes) for change, deletes in row.get("coming", [])]
    issue = tuple(row["issue"]) if row.get("issue") else None
    told = {
        "issue": issue,
        "terms": OfferTerms(*row["terms"]) if row.get("terms") else None,
        "pricing": _pricing(row.get("pricing")),
        "listing": listing,
        "changes": changes,
        "coming": coming,
        "sources": sources,
        "fields_lost": lost,
    }
    offer = Offer(**{**row, **told})
    world.offers.touched[(offer.seller_id, offer.sku)] = offer
    world.offers.expect(offer)


def _pricing(row: Any) -> Pricing | None:
    if row is None:
        return None
    entry, changes, lost = row[:3]
    told = row[3] if len(row) > 3 else []  # a file of before has none: the attribute tells the entry
    told_from = [(since, fields) for since, fields in told]
    return Pricing(entry, told_from, [PriceShown(*change) for change in changes], [tuple(one) for one in lost])


def _with_entry(row: dict[str, Any], entry: Fields) -> dict[str, Any]:
    """Return the row of a file that was written before offers had whole attributes."""
    quantity = row["changes"][-1][1] if row["changes"] else row["first"]
    given = {QUANTITY: quantity, LEAD_TIME: row["lead_time_days"]}
    entry |= {name: value for name, value in given.items() if value is not None}
    return {name: value for name, value in row.items() if name != "lead_time_days"} | {"entry": entry}
