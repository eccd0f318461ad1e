"""Rows M8, M9: what a replacement does to a listing, by its state here and at Amazon. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.listings.pushes import AT_REST

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_listings.event import Trigger
from mercarich_listings.history import replay
from mercarich_listings.listing import Listing
from mercarich_listings.push import Push
from mercarich_listings.transition import Impossible, Stage
from mercarich_reasons.push import AmazonUnreachable
from mercarich_reasons.stock import ReplacedBy
from mercarich_replacements.matching import DEFAULT
from mercarich_replacements.rules import Rules
from mercarich_updater.domain.revivals import Found, Offer, Revived, give, revive
from mercarich_updater.ports import Done

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
RULES = Rules(
    days=3,
    candidates=60,
    match=DEFAULT,
    least_rating=80,
    price_factor=1.0,
    title_length=255,
    ignored_origins=(),
    ship_days=6,
    lead_days=4,
    quantity_cap=1,
    other_marketplace=True,
    other_conditions={},
    ask_first=False,
)
EVIDENCE = Evidence(url="http://x", http_status=200, body_sha256=None, parser_version="t", extract="", fetched_at=NOW)
ITEM = Item(
    marketplace=Marketplace.MERCARI,
    item_id="m1",
    state=State.AVAILABLE,
    evidence=EVIDENCE,
    price_jpy=900,
    shipping_payer="seller",
    ship_days_max=2,
)
FOUND = Found(ITEM, source_item_id=8, trigger=Trigger(run_id=7, evidence_id=5))


def listing(**columns: Any) -> Listing:
    """Withdrawn, and a replacement is searched for; keywords change it."""
    withdrawn = {
        "id": 1,
        "user_id": 2,
        "sku": "s1",
        "marketplace": Marketplace.YAHOO,
        "source_item_id": 3,
        "listed": True,
        "listing_quantity": 1,
        "quantity": 0,
        "revision": 2,
        "searching": True,
        "changed_at": NOW - timedelta(hours=1),
        "withdrawn_at": NOW - timedelta(hours=1),
    }
    return Listing(**{**withdrawn, **columns})


def push(of: Listing, **columns: Any) -> Push:
    """Amazon shows what it should; keywords change it."""
    even = replace(AT_REST, id=of.id, user_id=of.user_id, sku=of.sku, revision=of.revision, quantity=of.quantity)
    return replace(even, **{"pushed_revision": of.revision, "pushed_quantity": of.quantity, **columns})


NOT_LEFT = {"pushed_revision": 1, "pushed_quantity": 1}
"""The state after a withdrawal that Amazon does not show yet."""
MARKED = {"quantity": 1, "revision": 1, "withdrawn_at": None}


@pytest.mark.parametrize(
    ("columns", "pushed", "in_feed", "cap", "revived"),
    [
        ({}, {}, False, 1, Revived(1, pushed=True)),
        ({"listing_quantity": 3}, {}, False, 1, Revived(1, pushed=True)),
        ({"listing_quantity": 3}, {}, False, 2, Revived(2, pushed=True)),
        ({}, {"pushed_quantity": None}, False, 1, Revived(1, pushed=True)),
        (MARKED, {}, False, 1, Revived(1, pushed=False)),
        (MARKED | {"quantity": 3, "listing_quantity": 3}, {}, False, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT, False, 1, Revived(1, pushed=False)),
        ({"listing_quantity": 3}, NOT_LEFT, False, 3, Revived(1, pushed=False)),
        ({"listing_quantity": 3}, NOT_LEFT | {"pushed_quantity": 3}, False, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT, True, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT | {"push_claim": "x"}, False, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT | {"push_attempts": 1}, False, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT | {"push_not_before": NOW}, False, 1, Revived(1, pushed=True)),
        ({}, NOT_LEFT | {"push_problem": AmazonUnreachable("timeout")}, False, 1, Revived(1, pushed=True)),
    ],
)
def test_m8_m9_what_a_replacement_does_to_an_offer(
    columns: dict[str, Any], pushed: dict[str, Any], in_feed: bool, cap: int, revived: Revived
) -> None:
    one = listing(**columns)
    assert revive(Offer(one, push(one, **pushed), in_feed), cap) == revived


SAME_LEAD = {"lead_time_days": 6}


@pytest.mark.parametrize(
    ("columns", "pushed", "kind", "quantity", "revision", "waits"),
    [
        ({}, {}, EventKind.RESTORED, 1, 3, True),
        (SAME_LEAD, {}, EventKind.RESTORED, 1, 3, True),
        ({}, NOT_LEFT | {"push_claim": "x"}, EventKind.RESTORED, 1, 3, True),
        (MARKED | SAME_LEAD, {}, EventKind.SWAPPED, 1, 1, False),
        (MARKED | {"quantity": 3, "listing_quantity": 3}, {}, EventKind.SWAPPED, 1, 2, True),
        (MARKED | SAME_LEAD, {"pushed_revision": 0}, EventKind.SWAPPED, 1, 1, True),
        (SAME_LEAD, NOT_LEFT, EventKind.SWAPPED, 1, 3, False),
        (MARKED, {}, EventKind.SWAPPED, 1, 2, True),
        ({}, NOT_LEFT, EventKind.SWAPPED, 1, 3, True),
        (SAME_LEAD | {"handling_days": 9}, NOT_LEFT, EventKind.SWAPPED, 1, 3, True),
    ],
)
def test_m8_how_the_listing_and_its_push_stand_afterwards(
    columns: dict[str, Any], pushed: dict[str, Any], kind: EventKind, quantity: int, revision: int, waits: bool
) -> None:
    one = listing(**columns)
    lived, sent = give(Offer(one, push(one, **pushed), in_feed=False), FOUND, RULES, NOW)
    after = lived.after
    assert (after.quantity, after.revision, after.stage) == (quantity, revision, Stage.ON_SALE)
    assert (after.marketplace, after.source_item_id, after.lead_time_days) == (Marketplace.MERCARI, 8, 6)
    assert (sent.after.pushed_revision < after.revision) is waits
    assert replace(sent.after, pushed_revision=sent.before.pushed_revision) == sent.before, "nothing else is feed's"
    assert sent.event is None
    event = lived.event
    assert event is not None
    assert (event.kind, event.run_id, event.evidence_id) == (kind, 7, 5)
    told = event.reason
    assert isinstance(told, ReplacedBy)
    assert (told.item_id, told.source_item_id, told.price_jpy, told.lead_time_days) == ("m1", 8, 900, 6)
    assert (after.restored_at == NOW) is told.pushed, "what is pushed is pushed only while its source is fresh"
    assert replay(one, [event]) == after
    assert Done.of(lived) == Done(1, 2, kind, quantity)


@pytest.mark.parametrize(("cost", "told"), [(230, 230), (0, None), (None, None)])
def test_the_event_tells_the_postage(cost: int | None, told: int | None) -> None:
    one = listing()
    item = ITEM.model_copy(update={"shipping_payer": "buyer", "shipping_cost_jpy": cost})
    lived, _ = give(Offer(one, push(one), in_feed=False), replace(FOUND, item=item), RULES, NOW)
    assert lived.event is not None
    assert isinstance(lived.event.reason, ReplacedBy)
    assert lived.event.reason.shipping_jpy == told


@pytest.mark.parametrize(
    "columns",
    [
        {"listed": False},
        {"listed": False, "leaving": True},
        {"quantity": 1, "searching": False},
        {"quantity": 1, "hold_id": 4},
        {"searching": False},
        {"searching": False, "stopped_at": NOW},
    ],
)
def test_what_wants_no_replacement_is_given_none(columns: dict[str, Any]) -> None:
    one = listing(**columns)
    with pytest.raises(Impossible):
        give(Offer(one, push(one), in_feed=False), FOUND, RULES, NOW)
