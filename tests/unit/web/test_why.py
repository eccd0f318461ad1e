"""The sentences of `mercarich explain`: why an offer is at its quantity, and what happens next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import State
from mercarich_reasons.push import AmazonRefused
from mercarich_reasons.stored import OldSentence
from mercarich_web.listings.offers import Account, Event, Offer, Source
from mercarich_web.listings.terminal import TOLD, told
from mercarich_web.listings.why import Known, what_next, why
from mercarich_web.replacements.searches import Replacement, ReplacementSearch
from mercarich_web.runs.holds import Hold

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

ON_SALE = Offer(
    id=1,
    sku="S1",
    username="hanako",
    asin=None,
    title=None,
    marketplace="yahoo",
    listed=True,
    listing_quantity=1,
    quantity=1,
    revision=1,
    changed_at=NOW,
    searching=False,
    withdrawn_at=None,
    pushed_quantity=1,
    pushed_revision=1,
    pushed_at=NOW,
    verified_at=None,
    push_claimed_until=None,
    push_attempts=0,
    push_not_before=None,
    push_problem=None,
    orphan=False,
)
DOWN = replace(ON_SALE, quantity=0, revision=2, pushed_revision=2, pushed_quantity=0, searching=True)
LINKED = Account("valid", None, NOW)
TO_PUSH = replace(DOWN, pushed_revision=1)

AVAILABLE = Source(
    id=1,
    item_id="x1",
    seller_id=None,
    title=None,
    state="available",
    reason=None,
    price_jpy=1000,
    observed_at=NOW,
    checked_at=NOW,
    checked_run=1,
    pending_run=None,
    attempts=0,
    unknowns=0,
    not_before=None,
    problem=None,
)
SOLD = replace(AVAILABLE, state="sold", reason="won")
NEVER_SEEN = replace(AVAILABLE, state="unknown", observed_at=None)

HOLD = Hold(
    id=4,
    run_id=1,
    marketplace="yahoo",
    username=None,
    kind="falls",
    reason=OldSentence("30 of 60 fell"),
    opened_at=NOW,
    released_at=None,
    released_by=None,
    applied_at=None,
    listings=30,
)


@pytest.mark.parametrize(
    ("offer", "source", "hold", "sentence"),
    [
        (ON_SALE, AVAILABLE, None, "It is on sale: its source was seen as available."),
        (ON_SALE, NEVER_SEEN, None, "It is on sale; its source has never been seen."),
        (ON_SALE, SOLD, None, "It is on sale although its source was seen as sold (won): nothing has withdrawn it."),
        (
            replace(ON_SALE, searching=True),
            SOLD,
            None,
            "It is on sale: its source was seen as sold (won) by a run that only marks (--without-update).",
        ),
        (ON_SALE, SOLD, HOLD, "Its source was seen as sold (won), but hold 4 keeps the offer up: 30 of 60 fell"),
        (DOWN, SOLD, None, "It is withdrawn: its source was seen as sold (won)."),
        (DOWN, AVAILABLE, None, "It is withdrawn; its source was last seen as available."),
        (replace(ON_SALE, listed=False), SOLD, None, "It is a draft: never checked, never sent to Amazon."),
    ],
)
def test_why(offer: Offer, source: Source, hold: Hold | None, sentence: str) -> None:
    assert str(why(offer, source, hold)) == sentence


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNKNOWN])
def test_every_state_has_its_word_in_the_sentence(state: State) -> None:
    assert state.value in str(why(ON_SALE, replace(AVAILABLE, state=state.value), None))


def _later(**change: object) -> Offer:
    return replace(TO_PUSH, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offer", "source", "hold", "sentence"),
    [
        (replace(ON_SALE, listed=False), AVAILABLE, None, "Nothing, until the seller lists it."),
        (replace(TO_PUSH, orphan=True, quantity=1), SOLD, None, "Nothing: Amazon does not know this SKU."),
        (TO_PUSH, SOLD, None, "A feed worker sends revision 2 (quantity 0) to Amazon."),
        (
            _later(quantity=1),
            AVAILABLE,
            None,
            "Revision 2 (quantity 1) is sent to Amazon with the next restores, which go out every 10 minutes.",
        ),
        (
            _later(push_claimed_until=NOW + timedelta(seconds=1)),
            SOLD,
            None,
            "A feed worker is sending revision 2 (quantity 0) to Amazon.",
        ),
        (
            _later(
                push_claimed_until=NOW + timedelta(seconds=9),
                push_not_before=NOW + timedelta(seconds=9),
                push_failed_revision=1,
            ),
            SOLD,
            None,
            "Revision 2 (quantity 0) waits for half a minute: Amazon's answer to the push before it was lost, and that"
            " may still arrive.",
        ),
        (_later(push_claimed_until=NOW), SOLD, None, "A feed worker sends revision 2 (quantity 0) to Amazon."),
        (
            _later(push_not_before=NOW + timedelta(minutes=10), push_problem=AmazonRefused("bad value", "8541")),
            SOLD,
            None,
            "Revision 2 (quantity 0) is sent to Amazon again after a wait: Amazon refused it: bad value (code 8541).",
        ),
        (
            _later(
                push_not_before=NOW + timedelta(hours=9),
                push_problem=AmazonRefused("bad value", "8541"),
                push_failed_revision=1,
            ),
            SOLD,
            None,
            "A feed worker sends revision 2 (quantity 0) to Amazon.",
        ),
        (ON_SALE, SOLD, HOLD, "A second look confirms or clears it; `mercarich hold release 4` withdraws it now."),
        (ON_SALE, SOLD, replace(HOLD, released_at=NOW), "The hold is released: a checker applies it within seconds."),
        (ON_SALE, replace(AVAILABLE, pending_run=7), None, "Run 7 looks at its source."),
        (
            ON_SALE,
            replace(AVAILABLE, problem="set_aside"),
            None,
            "Looks at its source made workers crash, so it was set aside; the next run tries again.",
        ),
        (
            replace(DOWN, searching=False),
            SOLD,
            None,
            "Nothing automatically: it stays withdrawn until it gets another source.",
        ),
        (ON_SALE, AVAILABLE, None, "The next check run looks at its source."),
        (ON_SALE, replace(AVAILABLE, problem="blocked"), None, "The next check run looks at its source."),
    ],
)
def test_what_happens_next(offer: Offer, source: Source, hold: Hold | None, sentence: str) -> None:
    assert str(what_next(Known(offer, source, hold, account=LINKED), NOW)) == sentence


SEARCH = ReplacementSearch(NOW, None, None, NOW + timedelta(days=2), (), ())
FOUND = Replacement("proposed", "mercari", "m1", None, 900, NOW, None)


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (SEARCH, "Another source is searched for until 2026-11-27 21:00 JST."),
        (replace(SEARCH, until=None), "The next update run searches for another source."),
        (replace(SEARCH, until=NOW - timedelta(seconds=1)), "The search for a replacement ended at"),
        (replace(SEARCH, found=[FOUND]), "A replacement waits for a person: `mercarich revival approve S1`."),
        (
            replace(SEARCH, found=[replace(FOUND, state="approved")]),
            "A worker looks once more at the approved replacement and takes it.",
        ),
        (replace(SEARCH, found=[replace(FOUND, state="undone")]), "Another source is searched for until"),
    ],
)
def test_what_happens_next_while_another_source_is_wanted(search: ReplacementSearch, sentence: str) -> None:
    assert str(what_next(Known(DOWN, SOLD, search=search, account=LINKED), NOW)).startswith(sentence)


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        (None, "Revision 2 (quantity 0) waits until the seller links an Amazon account."),
        (
            Account("invalid", "revoked", NOW),
            "Revision 2 (quantity 0) waits until the seller authorises again: Amazon refuses the token (revoked).",
        ),
        (Account("unknown", None, None), "A feed worker sends revision 2 (quantity 0) to Amazon."),
    ],
)
def test_what_waits_for_the_sellers_account_says_so(account: Account | None, sentence: str) -> None:
    assert str(what_next(Known(TO_PUSH, SOLD, account=account), NOW)) == sentence


def test_each_kind_of_event_has_words_of_its_own() -> None:
    assert set(TOLD) == set(EventKind)
    assert len(set(TOLD.values())) == len(TOLD)


def test_a_kind_of_a_later_release_is_shown_as_it_is() -> None:
    event = Event(NOW, "a_kind_of_tomorrow", None, None, None, None, None, None, None, None)

    assert told(event) == "a_kind_of_tomorrow"
    assert told(replace(event, kind="restored")) == "put up again"
