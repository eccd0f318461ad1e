"""What a seller changes of a listing besides its source: of every stage, and by which event it can be replayed."""

from dataclasses import replace

import pytest
from tools.life_cycle import EXAMPLES, NOW

from mercarich_contracts.events import EventKind
from mercarich_listings.details import (
    NAMES,
    Details,
    columns,
    edited,
    edited_since,
    kept,
    version,
    why_fixed,
    with_lead_time,
)
from mercarich_listings.history import replay
from mercarich_listings.listing import DOWN, UP, Listing, Lived
from mercarich_listings.store import DRAFT_COLUMNS, SELLERS_COLUMNS
from mercarich_listings.transition import Stage
from mercarich_reasons.edits import ListingEdited, ListingEditedSince
from mercarich_reasons.imports import BeingDeleted, BeingRegistered

HAS = Details("B00TEST123", "A camera", 2, 3000, 2000, 4000, handling_days=2)


@pytest.mark.parametrize("stage", [stage for stage in Stage if why_fixed(EXAMPLES[stage]) is None])
def test_the_history_has_all_that_an_edit_changes_and_nothing_is_pushed(stage: Stage) -> None:
    listing = EXAMPLES[stage]
    before = replace(HAS, listing_quantity=listing.listing_quantity)

    change = edited(listing, before, replace(before, listing_quantity=7, title="Another"), "ann", NOW)

    assert change.event is not None
    assert replay(listing, [change.event]) == change.after
    assert (change.event.kind, change.event.at) == (EventKind.EDITED, NOW)
    assert change.event.reason == ListingEdited(
        "ann", listing_quantity=7, old_listing_quantity=listing.listing_quantity, title="Another", old_title="A camera"
    )
    assert change.after.listing_quantity == 7
    assert change.after.edited_quantity == (7 if stage in UP else None)
    assert change.after.revision == listing.revision
    assert change.after.stage == stage
    is_draft = stage is Stage.DRAFT
    assert change.after.quantity == (7 if is_draft else listing.quantity)
    assert change.after.changed_at == (NOW if is_draft else listing.changed_at)


def test_a_change_of_the_title_alone_leaves_the_quantity_in_the_history() -> None:
    listing = EXAMPLES[Stage.ON_SALE]
    before = replace(HAS, listing_quantity=listing.listing_quantity)

    change = edited(listing, before, replace(before, title="Another"), "ann", NOW)

    assert change.event is not None
    assert change.event.reason == ListingEdited("ann", title="Another", old_title="A camera")
    assert replay(listing, [change.event]) == change.after == listing


def _with_days(listing: Listing, days: int | None) -> Lived:
    before = replace(HAS, listing_quantity=listing.listing_quantity)
    return with_lead_time(edited(listing, before, replace(before, handling_days=days), "ann", NOW), NOW)


@pytest.mark.parametrize("stage", [stage for stage in Stage if why_fixed(EXAMPLES[stage]) is None])
def test_another_lead_time_of_what_is_up_is_pushed_with_the_quantity_that_it_shows(stage: Stage) -> None:
    listing = EXAMPLES[stage]

    change = _with_days(listing, 9)

    assert change.event is not None
    assert replay(listing, [change.event]) == change.after
    assert change.event.reason == ListingEdited("ann", handling_days=9, old_handling_days=2)
    after = change.after
    assert (after.handling_days, after.quantity, after.restored_at) == (9, listing.quantity, listing.restored_at)
    assert after.revision == listing.revision + (stage in UP)
    assert after.changed_at == (NOW if stage in (*UP, Stage.DRAFT) else listing.changed_at)


@pytest.mark.parametrize(
    ("own", "source", "typed", "pushed"),
    [
        (None, None, 3, True),
        (None, 5, 3, False),
        (None, 5, 7, True),
        (7, 5, 5, True),
        (3, 5, None, False),
        (7, 5, None, True),
        pytest.param(7, None, None, False, id="Amazon keeps the one that it has"),
    ],
)
def test_a_lead_time_that_stays_is_not_pushed(own: int | None, source: int | None, typed: int, pushed: bool) -> None:
    listing = replace(EXAMPLES[Stage.ON_SALE], handling_days=own, lead_time_days=source)
    before = replace(HAS, listing_quantity=listing.listing_quantity, handling_days=own)

    change = with_lead_time(edited(listing, before, replace(before, handling_days=typed), "ann", NOW), NOW)

    assert change.after.handling_days == typed
    assert (change.after.revision > listing.revision) is pushed
    assert change.event is not None
    assert replay(listing, [change.event]) == change.after


def test_what_is_removed_is_told_as_none() -> None:
    assert kept(Details(handling_days=0), HAS) == replace(HAS, handling_days=None)
    event = _with_days(EXAMPLES[Stage.ON_SALE], None).event
    assert event is not None
    assert event.reason == ListingEdited("ann", handling_days=0, old_handling_days=2)


def test_what_is_not_given_stays() -> None:
    assert kept(Details(), HAS) == HAS
    assert kept(Details(title="Another", offer_price_jpy=1), HAS) == replace(HAS, title="Another", offer_price_jpy=1)
    assert kept(HAS, Details()) == HAS


def test_only_a_draft_has_its_quantity_written() -> None:
    offer, draft = EXAMPLES[Stage.ON_SALE], EXAMPLES[Stage.DRAFT]

    assert set(columns(offer, HAS, HAS)) == {*NAMES, "edited_quantity"} <= SELLERS_COLUMNS
    assert set(columns(draft, HAS, HAS)) == {*NAMES, "quantity"} <= DRAFT_COLUMNS
    assert columns(draft, HAS, HAS)["quantity"] == 2


@pytest.mark.parametrize("stage", [*UP, *DOWN])
def test_what_is_typed_while_an_offer_is_up_is_kept_until_it_goes_up_again(stage: Stage) -> None:
    listing = replace(EXAMPLES[stage], edited_quantity=4)

    typed = columns(listing, HAS, replace(HAS, listing_quantity=7))

    assert (typed["listing_quantity"], typed["edited_quantity"]) == (7, 7 if stage in UP else None)
    assert columns(listing, HAS, replace(HAS, title="Another"))["edited_quantity"] == 4, "no quantity was typed"


def test_what_is_being_registered_or_deleted_is_fixed() -> None:
    told = {stage: why_fixed(EXAMPLES[stage]) for stage in Stage}

    assert {stage for stage, why in told.items() if why is not None} == {Stage.REGISTERING, Stage.LEAVING}
    assert isinstance(told[Stage.REGISTERING], BeingRegistered)
    assert isinstance(told[Stage.LEAVING], BeingDeleted)


@pytest.mark.parametrize(
    ("given", "present", "told"),
    [
        (Details(title="Mine"), HAS, None),
        (Details(title="Mine"), replace(HAS, title="Mine"), None),
        (Details(title="Mine"), replace(HAS, title="Theirs"), ListingEditedSince("A-1", title="Theirs")),
        (Details(title="Mine"), replace(HAS, offer_price_jpy=9), ListingEditedSince("A-1", offer_price_jpy=9)),
        (Details(title="Mine"), replace(HAS, least_price_jpy=9), None),
        (Details(title="Mine"), replace(HAS, handling_days=None), ListingEditedSince("A-1", handling_days=0)),
        (Details(listing_quantity=5), replace(HAS, listing_quantity=1), ListingEditedSince("A-1", listing_quantity=1)),
        (
            Details(title="Mine"),
            replace(HAS, title="Mine", asin="B00OTHER99"),
            ListingEditedSince("A-1", asin="B00OTHER99"),
        ),
    ],
)
def test_what_changed_after_the_form_was_opened_is_told_but_for_what_it_asks_itself(
    given: Details, present: Details, told: ListingEditedSince | None
) -> None:
    shown = replace(HAS, least_price_jpy=None, most_price_jpy=None)

    assert edited_since("A-1", given, shown, present) == told


def test_a_version_is_another_one_after_each_change() -> None:
    others = [
        version(1, HAS),
        version(2, HAS),
        version(1, replace(HAS, title="Theirs")),
        version(1, replace(HAS, asin=None)),
        version(1, replace(HAS, listing_quantity=9)),
        version(1, replace(HAS, offer_price_jpy=9)),
        version(1, replace(HAS, least_price_jpy=9)),
        version(1, replace(HAS, most_price_jpy=9)),
        version(1, replace(HAS, handling_days=9)),
    ]

    assert len(set(others)) == len(others)
    assert version(1, HAS) == version(1, replace(HAS))
