"""What becomes of listings after a look: every rule of the brake and of second looks, without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_checker.domain import withdrawals
from mercarich_checker.domain.withdrawals import Decided, Found, Gone, Offer, Seen
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace, Reason, RouteName, State
from mercarich_listings.history import replay
from mercarich_listings.listing import Listing
from mercarich_listings.transition import Stage
from mercarich_reasons.holds import TooManyAbsent, TooManyFalls
from mercarich_reasons.stock import SourceNotGone, SourceOnSaleAgain, SourceSeen
from mercarich_runs.domain import brake
from mercarich_runs.domain.brake import BrakeSettings, Doubt, Fall, Hold, HoldKind, NewHold, Tally, Weighed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
CONFIRM_AFTER = timedelta(seconds=60)
RUN, EARLIER_RUN = 7, 6
SETTINGS = BrakeSettings(
    listings=20,
    share=0.15,
    marketplace_listings=200,
    marketplace_share=0.10,
    absent_share=0.03,
    confirm_after=CONFIRM_AFTER,
    unknown_limit=6,
    retry_seconds=30,
)
SOLD = Seen(State.SOLD, Reason.WON, 31)
HELD = Hold(5, RUN, None, HoldKind.FALLS, NOW, None)
ABSENT = Seen(State.GONE, Reason.NOT_FOUND, 32)
HELD_ABSENT = replace(HELD, kind=HoldKind.ABSENCES, route=RouteName.MERCARI_ITEM)


ITEMS, SHOPS = RouteName.MERCARI_ITEM, RouteName.MERCARI_SHOPS
WRONG = replace(HELD, id=9, kind=HoldKind.CANARIES, route=SHOPS)
UNVOUCHED = replace(HELD, id=10, kind=HoldKind.UNVOUCHED, route=SHOPS)


def _gone(*, suspected: timedelta | None = None, seen: Seen = SOLD, route: RouteName = ITEMS) -> Gone:
    return Gone(seen, NOW, None if suspected is None else NOW - suspected, route)


@pytest.mark.parametrize(
    ("source", "hold", "falls"),
    [
        pytest.param(None, None, None, id="on sale, not held: nothing"),
        pytest.param(None, HELD, "cleared", id="on sale at the second look"),
        pytest.param(_gone(), None, "new", id="gone at the first look"),
        pytest.param(_gone(suspected=CONFIRM_AFTER), None, "new", id="gone before, never held: still weighed"),
        pytest.param(_gone(), HELD, None, id="held by this run at the first look already"),
        pytest.param(_gone(suspected=CONFIRM_AFTER / 2), HELD, None, id="the second look came too early"),
        pytest.param(_gone(suspected=CONFIRM_AFTER), HELD, "confirmed", id="gone at the second look, too"),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER),
            replace(HELD, kind=HoldKind.CANARIES),
            "confirmed",
            id="a lying canary's hold is confirmed like one for falls",
        ),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER), replace(HELD, kind=None), "confirmed", id="a hold of an earlier release"
        ),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER),
            replace(HELD, kind=HoldKind.UNREADABLE),
            None,
            id="the reader that failed would look again",
        ),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER),
            replace(HELD, kind=HoldKind.UNREADABLE, run_id=EARLIER_RUN),
            "new",
            id="another run's reader is weighed anew",
        ),
        pytest.param(_gone(), replace(HELD, run_id=EARLIER_RUN), "new", id="held by an earlier run"),
        pytest.param(_gone(seen=ABSENT), None, "new", id="missing at the first look"),
        pytest.param(_gone(suspected=CONFIRM_AFTER, seen=ABSENT), HELD, "confirmed", id="one missing among falls"),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER, seen=ABSENT), HELD_ABSENT, None, id="the same absence again: for a person"
        ),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER, seen=ABSENT),
            replace(HELD_ABSENT, run_id=EARLIER_RUN),
            None,
            id="the same absence in another run: for a person",
        ),
        pytest.param(_gone(suspected=CONFIRM_AFTER), HELD_ABSENT, "confirmed", id="missing, and then read as sold"),
        pytest.param(
            _gone(suspected=CONFIRM_AFTER, seen=Seen(State.GONE, Reason.DELETED_BY_SELLER, 33)),
            HELD_ABSENT,
            "confirmed",
            id="missing, and then read as deleted",
        ),
        pytest.param(None, HELD_ABSENT, "cleared", id="missing, and there again"),
    ],
)
def test_a_look_sorts_out_what_falls(source: Gone | None, hold: Hold | None, falls: str | None) -> None:
    offer = Offer(id=1, user_id=2, source_item_id=3, hold_id=hold and hold.id)
    found = Found({} if source is None else {3: source}, frozenset() if source else frozenset({3}))

    sorted_out = withdrawals.sort_out([offer], found, {hold.id: hold} if hold else {}, RUN, CONFIRM_AFTER, {})

    said = {name: list(getattr(sorted_out, name)) for name in ("cleared", "confirmed", "new")}
    assert said == {name: [offer] if name == falls else [] for name in said}


@pytest.mark.parametrize(("suspected", "falls"), [(None, "new"), (CONFIRM_AFTER, "confirmed")])
def test_a_hold_whose_row_is_gone_keeps_nothing(suspected: timedelta | None, falls: str) -> None:
    offer = Offer(id=1, user_id=2, source_item_id=3, hold_id=99)
    found = Found({3: _gone(suspected=suspected)}, frozenset())

    assert list(getattr(withdrawals.sort_out([offer], found, {}, RUN, CONFIRM_AFTER, {}), falls)) == [offer]


MARKET, SELLER = HELD, Hold(6, RUN, 2, HoldKind.FALLS, NOW, None)
MARKET_ABSENT, SELLER_ABSENT = replace(HELD_ABSENT, id=7), replace(SELLER, id=8, kind=HoldKind.ABSENCES, route=ITEMS)


@pytest.mark.parametrize(
    ("standing", "seller", "marketplace", "opened"),
    [
        pytest.param([], Tally(100, 19), Tally(100, 19), [], id="below the number"),
        pytest.param([], Tally(100, 20), Tally(100, 20), [(2, TooManyFalls(20, 100))], id="at the number"),
        pytest.param([], Tally(1000, 149), Tally(1000, 149), [], id="below the share"),
        pytest.param([], Tally(1000, 150), Tally(1000, 150), [(2, TooManyFalls(150, 1000))], id="at the share"),
        pytest.param([], Tally(0, 20), Tally(0, 20), [(2, TooManyFalls(20))], id="after the run's end: no share"),
        pytest.param([], Tally(50, 2), Tally(2000, 200), [(None, TooManyFalls(200, 2000))], id="the marketplace"),
        pytest.param(
            [],
            Tally(300, 200),
            Tally(300, 200),
            [(None, TooManyFalls(200, 300)), (2, TooManyFalls(200, 300))],
            id="both",
        ),
        pytest.param([SELLER], Tally(100, 50), Tally(100, 50), [], id="the run has held the seller"),
        pytest.param(
            [replace(SELLER, released_at=NOW)], Tally(100, 50), Tally(100, 50), [], id="and was let off: no second hold"
        ),
        pytest.param([MARKET], Tally(10, 2), Tally(2000, 900), [], id="the run has held the marketplace"),
        pytest.param([], Tally(300, 19, {ITEMS: 19}), Tally(300, 19, {ITEMS: 19}), [], id="few absences"),
        pytest.param([], Tally(1000, 29, {ITEMS: 29}), Tally(1000, 29, {ITEMS: 29}), [], id="absences below the share"),
        pytest.param(
            [],
            Tally(1000, 30, {ITEMS: 30}),
            Tally(1000, 30, {ITEMS: 30}),
            [(2, TooManyAbsent(30, 1000, ITEMS))],
            id="absences at it",
        ),
        pytest.param(
            [],
            Tally(0, 20, {ITEMS: 20}),
            Tally(0, 20, {ITEMS: 20}),
            [(2, TooManyAbsent(20, None, ITEMS))],
            id="absences after the run",
        ),
        pytest.param(
            [],
            Tally(100, 25, {ITEMS: 24}),
            Tally(100, 25, {ITEMS: 24}),
            [(2, TooManyAbsent(24, 100, ITEMS))],
            id="no hold for a single sale",
        ),
        pytest.param(
            [],
            Tally(100, 50, {ITEMS: 20}),
            Tally(100, 50, {ITEMS: 20}),
            [(2, TooManyAbsent(20, 100, ITEMS)), (2, TooManyFalls(30, 100))],
            id="absences and sales",
        ),
        pytest.param(
            [SELLER], Tally(100, 50, {ITEMS: 5}), Tally(100, 50, {ITEMS: 5}), [], id="a few absences among held sales"
        ),
        pytest.param(
            [SELLER_ABSENT],
            Tally(100, 50, {ITEMS: 40}),
            Tally(100, 50, {ITEMS: 40}),
            [],
            id="absences are held already",
        ),
        pytest.param(
            [SELLER_ABSENT],
            Tally(100, 70, {ITEMS: 40}),
            Tally(100, 70, {ITEMS: 40}),
            [(2, TooManyFalls(30, 100))],
            id="sales beside held absences",
        ),
        pytest.param(
            [MARKET_ABSENT],
            Tally(100, 30, {SHOPS: 30}),
            Tally(100, 30, {SHOPS: 30}),
            [(2, TooManyAbsent(30, 100, SHOPS))],
            id="another route's absences are held",
        ),
        pytest.param(
            [],
            Tally(1000, 45, {ITEMS: 25, SHOPS: 20}),
            Tally(1000, 45, {ITEMS: 25, SHOPS: 20}),
            [],
            id="each route is weighed alone",
        ),
        pytest.param(
            [replace(SELLER_ABSENT, route=None)],
            Tally(100, 50, {SHOPS: 40}),
            Tally(100, 50, {SHOPS: 40}),
            [],
            id="an earlier release's hold is for all routes",
        ),
        pytest.param(
            [],
            Tally(100, 5, {ITEMS: 5}),
            Tally(9000, 300, {ITEMS: 300}),
            [(None, TooManyAbsent(300, 9000, ITEMS))],
            id="of many sellers",
        ),
    ],
)
def test_the_brake_opens_holds(
    standing: list[Hold],
    seller: Tally,
    marketplace: Tally,
    opened: list[tuple[int | None, TooManyFalls | TooManyAbsent]],
) -> None:
    weighed = Weighed({2: seller}, marketplace, None)

    kinds = {TooManyFalls: HoldKind.FALLS, TooManyAbsent: HoldKind.ABSENCES}
    assert brake.to_open(standing, weighed, SETTINGS) == [
        NewHold(kinds[type(why)], why, who, why.route if isinstance(why, TooManyAbsent) else None)
        for who, why in opened
    ]


@pytest.mark.parametrize(
    ("standing", "keeps"),
    [
        ([], None),
        ([SELLER], SELLER.id),
        ([MARKET], MARKET.id),
        ([MARKET, SELLER], SELLER.id),
        ([MARKET, replace(SELLER, released_at=NOW)], MARKET.id),
        ([replace(MARKET, released_at=NOW)], None),
        ([replace(SELLER, user_id=9)], None),
    ],
    ids=["none", "the seller's", "the marketplace's", "the seller's first", "one released", "released", "another's"],
)
def test_what_falls_is_kept_by_a_hold_that_nobody_released(standing: list[Hold], keeps: int | None) -> None:
    falls = [Fall(2, ITEMS, absent) for absent in (False, True)]
    assert brake.keeping(standing, falls) == ({} if keeps is None else dict.fromkeys(falls, keeps))


@pytest.mark.parametrize(
    ("standing", "absent", "others"),
    [
        ([MARKET_ABSENT], 7, None),
        ([MARKET_ABSENT, SELLER_ABSENT], 8, None),
        ([SELLER, MARKET_ABSENT], 7, 6),
        ([SELLER, replace(MARKET_ABSENT, released_at=NOW)], 6, 6),
        ([replace(SELLER_ABSENT, user_id=9)], None, None),
    ],
    ids=["the marketplace's", "the seller's first", "before the seller's others", "a released one", "another's"],
)
def test_absences_are_kept_by_a_hold_of_their_own(standing: list[Hold], absent: int | None, others: int | None) -> None:
    falls = [Fall(2, ITEMS, True), Fall(2, ITEMS, False)]
    assert list(map(brake.keeping(standing, falls).get, falls)) == [absent, others]


def test_absences_of_another_route_are_not_kept() -> None:
    assert brake.keeping([MARKET_ABSENT, SELLER_ABSENT], [Fall(2, SHOPS, True)]) == {}
    assert brake.keeping([replace(MARKET_ABSENT, route=None)], [Fall(2, SHOPS, True)]) == {Fall(2, SHOPS, True): 7}


@pytest.mark.parametrize(
    ("hold", "counts"),
    [
        (SELLER, True),
        (replace(SELLER, released_at=NOW), False),
        (replace(SELLER, opened_at=NOW + timedelta(hours=2), released_at=NOW + timedelta(hours=3)), True),
    ],
    ids=["open", "settled before the end", "settled after it"],
)
def test_what_was_settled_before_a_runs_end_says_nothing_of_what_came_later(hold: Hold, counts: bool) -> None:
    assert brake.standing([hold], NOW + timedelta(hours=1)) == ([hold] if counts else [])
    assert brake.standing([hold], None) == [hold]


CLEARED, CONFIRMED, FREE, KEPT = (Offer(id, 2 if id < 4 else 8, 10 + id, 5 if id < 3 else None) for id in range(1, 5))
FELL, FELL_ELSEWHERE = Fall(FREE.user_id, ITEMS, False), Fall(KEPT.user_id, ITEMS, False)
FALLS = withdrawals.Falls([CLEARED], [CONFIRMED], {FREE: FELL, KEPT: FELL_ELSEWHERE})


def test_a_confirmed_fall_goes_whatever_else_is_held() -> None:
    decided = withdrawals.decide(FALLS, {FELL: 5, FELL_ELSEWHERE: 6}, only_mark=False)

    assert decided == Decided(frozenset({1}), going={2: 2}, held={3: 5, 4: 6})
    assert decided.withdrawn == {2: [2]}
    assert (decided.counts["withdrawn"], len(decided.held)) == (1, 2)


@pytest.mark.parametrize(("only_mark", "withdrawn"), [(False, {2: [2, 3]}), (True, {})])
def test_what_no_hold_keeps_goes_and_a_run_without_update_withdraws_nothing(
    only_mark: bool, withdrawn: dict[int, list[int]]
) -> None:
    decided = withdrawals.decide(FALLS, {FELL_ELSEWHERE: 6}, only_mark=only_mark)

    assert (decided.going, decided.held, decided.withdrawn) == ({2: 2, 3: 2}, {4: 6}, withdrawn)
    assert decided.counts["withdrawn"] == sum(map(len, withdrawn.values()))


@pytest.mark.parametrize(
    ("doubt", "seen", "route", "hold", "falls"),
    [
        pytest.param(Doubt.WRONG, SOLD, SHOPS, WRONG, None, id="a wrong route confirms nothing"),
        pytest.param(Doubt.WRONG, SOLD, SHOPS, HELD, None, id="nor what another hold keeps"),
        pytest.param(Doubt.WRONG, SOLD, SHOPS, replace(WRONG, run_id=EARLIER_RUN), None, id="nor in another run"),
        pytest.param(Doubt.WRONG, SOLD, SHOPS, replace(HELD, run_id=EARLIER_RUN), "new", id="weighed by another run"),
        pytest.param(Doubt.WRONG, SOLD, ITEMS, HELD, "confirmed", id="the other route confirms"),
        pytest.param(None, SOLD, SHOPS, WRONG, "confirmed", id="the route is right again"),
        pytest.param(Doubt.UNVOUCHED, ABSENT, SHOPS, UNVOUCHED, None, id="an unvouched route confirms no absence"),
        pytest.param(Doubt.UNVOUCHED, SOLD, SHOPS, UNVOUCHED, "confirmed", id="but what it reads"),
        pytest.param(None, ABSENT, SHOPS, UNVOUCHED, "new", id="a canary vouches for it now: the brake weighs it"),
    ],
)
def test_a_route_in_doubt_confirms_nothing_that_it_says(
    doubt: Doubt | None, seen: Seen, route: RouteName, hold: Hold, falls: str | None
) -> None:
    offer = Offer(id=1, user_id=2, source_item_id=3, hold_id=hold.id)
    found = Found({3: _gone(suspected=CONFIRM_AFTER, seen=seen, route=route)}, frozenset())
    doubts = {} if doubt is None else {SHOPS: doubt}

    sorted_out = withdrawals.sort_out([offer], found, {hold.id: hold}, RUN, CONFIRM_AFTER, doubts)

    said = {name: list(getattr(sorted_out, name)) for name in ("confirmed", "new")}
    assert said == {name: [offer] if name == falls else [] for name in said}


SHOPS_SOLD, SHOPS_ABSENT, ITEM_ABSENT = Fall(2, SHOPS, False), Fall(2, SHOPS, True), Fall(2, ITEMS, True)


@pytest.mark.parametrize(
    ("doubt", "holds", "opened", "kept"),
    [
        (None, [WRONG, UNVOUCHED], [], {}),
        (Doubt.WRONG, [], [HoldKind.CANARIES], {}),
        (Doubt.WRONG, [WRONG], [], {SHOPS_SOLD: 9, SHOPS_ABSENT: 9}),
        (Doubt.WRONG, [replace(WRONG, released_at=NOW, released_by="ops")], [], {}),
        (
            Doubt.WRONG,
            [replace(WRONG, run_id=EARLIER_RUN, released_at=NOW, released_by="ops")],
            [HoldKind.CANARIES],
            {},
        ),
        (Doubt.WRONG, [replace(WRONG, released_at=NOW)], [HoldKind.CANARIES], {}),
        (Doubt.WRONG, [replace(WRONG, route=ITEMS)], [HoldKind.CANARIES], {}),
        (Doubt.UNVOUCHED, [], [HoldKind.UNVOUCHED], {}),
        (Doubt.UNVOUCHED, [UNVOUCHED], [], {SHOPS_ABSENT: 10}),
    ],
    ids=["none", "wrong", "held", "released", "released in another run", "closed", "another's", "unvouched", "held so"],
)
def test_what_a_route_in_doubt_says_is_kept_by_its_own_hold(
    doubt: Doubt | None, holds: list[Hold], opened: list[HoldKind], kept: dict[Fall, int]
) -> None:
    falls, doubts = [SHOPS_SOLD, SHOPS_ABSENT, ITEM_ABSENT], {} if doubt is None else {SHOPS: doubt}

    new = brake.of_doubt(holds, falls, doubts, RUN)
    assert [(one.kind, one.route) for one in new] == [(kind, SHOPS) for kind in opened]
    assert brake.kept_by_doubt(holds, falls, doubts) == kept


def test_the_hold_of_a_route_in_doubt_keeps_nothing_else_and_stands_in_for_no_other() -> None:
    weighed = Weighed({}, Tally(1000, 300), None)

    assert brake.keeping([WRONG, UNVOUCHED], [SHOPS_SOLD, ITEM_ABSENT]) == {}
    assert [new.kind for new in brake.to_open([WRONG], weighed, SETTINGS)] == [HoldKind.FALLS]


def _listing(offer: Offer, **more: object) -> Listing:
    values = {"sku": "S", "marketplace": Marketplace.YAHOO, "listed": True, "listing_quantity": 1, "quantity": 1}
    values |= {"revision": 4, "searching": False, "changed_at": NOW - timedelta(days=1)}
    mine = {name: value for name, value in offer._asdict().items() if name in Listing.__dataclass_fields__}
    return Listing(**{**values, **mine, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("only_mark", "turns"),
    [
        (False, {1: EventKind.HOLD_CLEARED, 2: EventKind.WITHDRAWN, 3: EventKind.WITHDRAWN, 4: EventKind.HELD}),
        (True, {1: EventKind.HOLD_CLEARED, 2: EventKind.SEARCHING, 3: EventKind.SEARCHING, 4: EventKind.HELD}),
    ],
)
def test_a_decision_becomes_changes_that_their_events_explain(only_mark: bool, turns: dict[int, EventKind]) -> None:
    decided = withdrawals.decide(FALLS, {FELL_ELSEWHERE: 6}, only_mark=only_mark)
    found = Found({offer.source_item_id: _gone() for offer in (CONFIRMED, FREE, KEPT)}, frozenset({11}))
    listings = [_listing(offer) for offer in (CLEARED, CONFIRMED, FREE, KEPT)]

    changes = withdrawals.changes(decided, listings, found, NOW, RUN)

    events = {change.after.id: change.event for change in changes}
    assert {id: event and event.kind for id, event in events.items()} == turns
    assert [replay(change.before, [change.event] if change.event else []) for change in changes] == [
        change.after for change in changes
    ]
    assert {
        id: event and (event.reason, event.run_id, event.hold_id, event.evidence_id) for id, event in events.items()
    } == {
        1: (SourceOnSaleAgain(), None, 5, None),
        2: (SourceSeen(State.SOLD, Reason.WON), RUN, 5, 31),
        3: (SourceSeen(State.SOLD, Reason.WON), RUN, None, 31),
        4: (SourceSeen(State.SOLD, Reason.WON), RUN, 6, 31),
    }


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("only_mark", [False, True])
def test_a_released_hold_lets_go_of_what_is_not_gone_any_more(state: State, only_mark: bool) -> None:
    held = _listing(CLEARED)

    change = withdrawals.release(held, Seen(state, None, 31), NOW, only_mark=only_mark)

    assert change.event is not None
    if state not in OUT_OF_STOCK:
        assert (change.after.stage, change.event.reason) == (Stage.ON_SALE, SourceNotGone(state))
        assert change.event.kind is EventKind.HOLD_CLEARED
    else:
        assert change.after.stage is (Stage.MARKED if only_mark else Stage.SEARCHING)
        assert change.event.reason == SourceSeen(state)
    assert (change.event.hold_id, change.event.evidence_id) == (5, 31)
    assert replay(held, [change.event]) == change.after
