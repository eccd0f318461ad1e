"""Sum up the judgements of all offers in the ledger of /_sim/ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import ceil
from typing import Any

from mercarich_simulator.amazon.attributes import LEAD_TIME, RESTOCK
from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.amazon.orders import CancelledBy
from mercarich_simulator.ledger import Frame, Judgement, judge
from mercarich_simulator.ledger_losses import Stop, sold_late, with_losses
from mercarich_simulator.ledger_orders import Terms, losses
from mercarich_simulator.ledger_prices import NO_FOLLOW, Follow, prices
from mercarich_simulator.ledger_stock import Stock, stock
from mercarich_simulator.truth import Change, state_at
from mercarich_simulator.world import World

LISTED_CASES = 50
"""Most single cases that the ledger lists per kind of error; its counts always cover all cases."""

_JUDGED = ("wrong_withdrawals", "wrong_restores", "double_pushes", "stale_overwrites")
_STOCK = ("sold_twice", "pieces_sold_twice", "fought")
"""Errors of which `Judgement` and `Stock` have the times."""
_MISTAKES = ("missed_withdrawals", "fields_lost", "created_unmeant")
_PRICES = ("prices_unasked", "prices_out_of_band", "prices_at_loss", "prices_too_many", "price_fields_lost")
_NO_TERMS, _NO_STOP = Terms(), Stop()


def ledger(
    world: World,
    frame: Frame,
    details: bool,
    terms: Terms = _NO_TERMS,
    stop: Stop = _NO_STOP,
    follow: Follow = NO_FOLLOW,
) -> dict[str, Any]:
    """Return the whole ledger. `details` adds every offer that has changed since the start.

    Pieces are sold at a loss by `terms`, the same for all sellers. The sellers of `stop` want an offer down that
    is, and prices of those of `follow` follow their source.
    """
    moved = list(_moved(world))
    lines = {(offer.seller_id, offer.sku): with_losses(world, offer, truth, terms, stop) for offer, truth in moved}
    judged = [
        (offer, judge(offer.first, offer.changes, truth, frame, lines[offer.seller_id, offer.sku]))
        for offer, truth in moved
    ]
    _mind_doubles(world, judged)
    for offer, verdict in judged:  # What Amazon refuses for good, nobody can withdraw.
        verdict.missed = verdict.missed and not world.offers.forbidden(offer.seller_id, offer.sku)
    verdicts = [judgement for _, judgement in judged]
    bought = [(offer, stock(offer, truth)) for offer, truth in moved if offer.changes]
    result = _counts(world, judged, [found for _, found in bought])
    result["latency_seconds"] = _spread([value for verdict in verdicts for value in verdict.latencies])
    result["cases"] = {name: _cases(judged, name) for name in _JUDGED}
    result["cases"]["missed_withdrawals"] = [
        _named(offer) | {"gone_since": verdict.gone_since} for offer, verdict in judged if verdict.missed
    ][:LISTED_CASES]
    result["cases"]["fields_lost"] = [
        _named(offer) | lost._asdict() for offer, _ in judged for lost in offer.fields_lost
    ][:LISTED_CASES]
    unmeant = [offer for offer in world.offers.touched.values() if _is_unmeant(world, offer)]
    result["cases"]["created_unmeant"] = [_named(offer) for offer in unmeant][:LISTED_CASES]
    result["cases"] |= {name: _cases(bought, name) for name in _STOCK}
    at_a_loss = losses(world, terms)
    result["sold_at_loss"], result["cases"]["sold_at_loss"] = len(at_a_loss), at_a_loss[:LISTED_CASES]
    late = sold_late(at_a_loss, lines, stop)
    result["sold_at_loss_late"], result["cases"]["sold_at_loss_late"] = len(late), late[:LISTED_CASES]
    for name, changed in (prices(world, terms, follow) | {"price_fields_lost": _price_fields_lost(world)}).items():
        result[name], result["cases"][name] = len(changed), changed[:LISTED_CASES]
    result["clean"] = result["clean"] and not any(result[name] for name in _PRICES)
    result["upstream"] = {name: traffic.report() for name, traffic in world.traffic.items()}
    result["quota_429"] = dict(world.quotas.refused)
    result["judged"] = asdict(frame) | asdict(terms) | {"cutoff": min(frame.cutoff, frame.now)}
    if details:
        result["details"] = [
            _named(offer) | asdict(verdict) | {"changes": [change._asdict() for change in offer.changes]}
            for offer, verdict in judged
        ]
    return result


def offer_line(world: World, offer: Offer, frame: Frame) -> dict[str, Any]:
    """Return one offer with its changes, its source and its judgement."""
    truth = truth_of(world, offer)
    listing = offer.listing
    source = None
    if listing:
        source = {
            "marketplace": listing.marketplace,
            "item_id": world.catalogue.item_id(listing.marketplace, listing.source_number),
            "truth": [change._asdict() for change in truth],
        }
    return {
        **_named(offer),
        "quantity": offer.quantity,
        "first_quantity": offer.first,
        "lead_time_days": offer.entry.get(LEAD_TIME),
        "restock_date": offer.entry.get(RESTOCK),
        "deleted": offer.deleted,
        "accepted": offer.accepted,
        "repeats": offer.repeats,
        "changes": [change._asdict() for change in offer.changes],
        "source": source,
        "judgement": asdict(judge(offer.first, offer.changes, truth, frame)),
    }


def _price_fields_lost(world: World) -> list[dict[str, Any]]:
    return [
        _named(offer) | {"at": at, "name": name, "before": amount, "reference": reference}
        for offer in world.offers.touched.values()
        if offer.pricing is not None
        for at, name, amount, reference in offer.pricing.lost
    ]


def _counts(world: World, judged: list[tuple[Offer, Judgement]], bought: Sequence[Stock]) -> dict[str, Any]:
    verdicts = [judgement for _, judgement in judged]
    offers = world.offers.touched.values()
    cancelled = world.orders.cancelled()
    own = sum(offer.listing is None for offer in offers)
    counts: dict[str, Any] = {
        "offers": world.settings.listings + own - sum(offer.deleted for offer in offers),
        "sources_gone": sum(verdict.gone_since is not None for verdict in verdicts),
        "withdrawn": sum(verdict.withdrawn for verdict in verdicts),
        "restored": sum(offer.first == 0 and offer.quantity > 0 for offer in offers),
        "revived": sum(bool(offer.sources) and offer.quantity > 0 for offer in offers),
        "wrong_withdrawals": sum(len(verdict.wrong_withdrawals) for verdict in verdicts),
        "wrong_restores": sum(len(verdict.wrong_restores) for verdict in verdicts),
        "missed_withdrawals": sum(verdict.missed for verdict in verdicts),
        "double_pushes": sum(len(verdict.double_pushes) for verdict in verdicts),
        "stale_overwrites": sum(len(verdict.stale_overwrites) for verdict in verdicts),
        "fields_lost": sum(len(offer.fields_lost) for offer in offers),
        "created": sum(offer.terms is not None and not offer.deleted for offer in offers),
        "created_unmeant": sum(_is_unmeant(world, offer) for offer in offers),
        "overwritten": sum(offer.overwritten for offer in offers),
        "orders": sum(found.sold for found in bought),
        "orders_unsourced": sum(found.unsourced for found in bought),
        "orders_met_elsewhere": sum(order.paid_jpy is not None for order in world.orders.kept.values()),
        "orders_shipped_late": world.orders.shipped_late(),
        "orders_cancelled": {by.lower(): cancelled[by] for by in CancelledBy},
        **{name: sum(len(getattr(found, name)) for found in bought) for name in _STOCK},
        "exposed_item_seconds": round(sum(verdict.exposed_seconds for verdict in verdicts), 3),
        "exposed_offers": sum(verdict.exposed_seconds > 0 for verdict in verdicts),
        "pushes_accepted": sum(offer.accepted for offer in offers),
        "repeated_pushes": sum(offer.repeats for offer in offers),
    }
    counts["clean"] = not any(counts[name] for name in (*_JUDGED, *_STOCK, *_MISTAKES))
    return counts


def _is_unmeant(world: World, offer: Offer) -> bool:
    """Return whether Amazon sells an offer that was created and that its seller does not want, as far as told."""
    meant, up = world.offers.meant, offer.quantity > 0 and not offer.deleted
    return meant is not None and offer.terms is not None and up and (offer.seller_id, offer.sku) not in meant


def _moved(world: World) -> Iterator[tuple[Offer, list[Change]]]:
    """Yield every offer whose source or quantity ever changed; other offers cannot be wrong."""
    seen = set()
    for key, offer in list(world.offers.touched.items()):
        seen.add(key)
        yield offer, truth_of(world, offer)
    for marketplace, lines in world.truth.lines.items():
        for number, line in list(lines.items()):
            for offer in world.offers.of_source(marketplace, number):
                if (offer.seller_id, offer.sku) not in seen:
                    yield offer, line


def truth_of(world: World, offer: Offer) -> list[Change]:
    """Return the time line of the offer's sources: the first source, then each replacement from its time on."""
    line: list[Change] = []
    if offer.listing is not None:
        line = world.truth.line(offer.listing.marketplace, offer.listing.source_number)
    for source in offer.sources:
        new = world.truth.line(source.marketplace, source.number)
        line = [change for change in line if change.at < source.at]
        line += [Change(source.at, state_at(new, source.at)), *(change for change in new if change.at > source.at)]
    return line


def _mind_doubles(world: World, judged: list[tuple[Offer, Judgement]]) -> None:
    """Count a wrong restore for a shown offer whose new source is that of another shown offer of the same seller."""
    for offer, verdict in judged:
        if not offer.sources or not offer.quantity:
            continue
        last = offer.sources[-1]
        for other in world.offers.standing_on(last.marketplace, last.number):
            same = other.seller_id == offer.seller_id and other.sku != offer.sku and other.quantity > 0
            if same and (not other.sources or other.sources[-1].at <= last.at):
                verdict.wrong_restores.append(last.at)


def _cases(judged: Sequence[tuple[Offer, Judgement | Stock]], name: str) -> list[dict[str, Any]]:
    cases = [_named(offer) | {"at": at} for offer, verdict in judged for at in getattr(verdict, name)]
    return cases[:LISTED_CASES]


def _named(offer: Offer) -> dict[str, Any]:
    return {"seller_id": offer.seller_id, "sku": offer.sku}


def _spread(values: list[float]) -> dict[str, float | int | None]:
    values.sort()
    if not values:
        return {"count": 0, "p50": None, "p95": None, "p99": None, "max": None}
    places = {name: values[ceil(len(values) * part) - 1] for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    return {"count": len(values), **places, "max": values[-1]}
