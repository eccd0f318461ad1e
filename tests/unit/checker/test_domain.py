"""What a look means, when an item is looked at again, when the brake holds, and the canaries' verdict."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_checker.domain.canaries import (
    BadCanaries,
    Canary,
    CanaryVerdict,
    Expected,
    judge_canaries,
    read_canaries,
)
from mercarich_checker.domain.looks import (
    ORDERED_TRIES,
    Meaning,
    after_second_look,
    in_trouble,
    meaning,
    retry,
    retry_ordered,
    route_of,
)
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.proxy_api import Evidence, Item
from mercarich_reasons.holds import CanariesDiffer
from mercarich_runs.domain.brake import Brake, Doubt, too_many_unreadable


def _item(state: State, reason: Reason | None = None) -> Item:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    evidence = Evidence(
        url="http://m", http_status=200, body_sha256=None, parser_version="t", extract="e", fetched_at=at
    )
    return Item(marketplace=Marketplace.YAHOO, item_id="x", state=state, reason=reason, evidence=evidence)


@pytest.mark.parametrize("state", list(State))
def test_only_positive_evidence_lowers_a_quantity(state: State) -> None:
    expected = {State.AVAILABLE: Meaning.KEEP, State.UNKNOWN: Meaning.NOTHING_LEARNT}.get(state, Meaning.WITHDRAW)
    assert meaning(_item(state)) is expected


def test_a_not_found_is_asked_again_only_after_more_than_a_minute() -> None:
    again = retry(Reason.NOT_FOUND_ONCE, 0, limit=6, first_wait=1, jitter=0)
    assert again.wait is not None
    assert again.wait.total_seconds() > 60


@pytest.mark.parametrize(
    ("reason", "since", "state"),
    [
        (None, None, State.UNKNOWN),
        (None, 59, State.UNKNOWN),
        (None, 60, State.GONE),
        ("won", None, State.UNKNOWN),
        ("not_found", None, State.GONE),
    ],
    ids=["first miss", "too soon", "second miss", "gone in another way", "gone by misses before"],
)
def test_a_miss_proves_absence_at_the_second_look(reason: str | None, since: int | None, state: State) -> None:
    item = _item(State.UNKNOWN, Reason.NOT_FOUND_ONCE)
    missed_at = None if since is None else item.evidence.fetched_at - timedelta(seconds=since)
    assert after_second_look(item, reason, missed_at).state is state


@pytest.mark.parametrize("reason", [Reason.CLOSING, Reason.MALFORMED_ID])
def test_what_asking_again_cannot_change_is_let_go(reason: Reason) -> None:
    assert retry(reason, 0, limit=6, first_wait=1, jitter=0).wait is None


def test_an_item_that_was_not_asked_for_loses_no_chance() -> None:
    again = retry(Reason.BREAKER_OPEN, 5, limit=6, first_wait=30, jitter=0)
    assert (again.counts, again.wait is None) == (False, False)


@given(st.integers(0, 20), st.floats(0, 0.999))
def test_waits_grow_and_end(unknowns: int, jitter: float) -> None:
    again = retry(Reason.TRANSIENT, unknowns, limit=6, first_wait=30, jitter=jitter)
    assert (again.wait is None) is (unknowns >= 5)
    if again.wait is not None:
        assert 15 * 2**unknowns <= again.wait.total_seconds() <= min(30 * 2**unknowns, 1800)


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_the_brake_never_holds_below_its_number_and_always_above_both(checked: int, fallen: int) -> None:
    holds = Brake(listings=20, share=0.15).holds(fallen, checked)
    assert holds is (fallen >= 20 and fallen >= 0.15 * checked)


def test_few_answers_say_nothing_of_trouble() -> None:
    assert not in_trouble(9, 9)
    assert in_trouble(6, 10)
    assert not in_trouble(5, 10)


def test_unreadable_pages_count_from_forty_looks() -> None:
    assert not too_many_unreadable(39, 39, 0.1)
    assert too_many_unreadable(5, 40, 0.1)
    assert not too_many_unreadable(4, 40, 0.1)


PAGE, SHOPS, LIST = RouteName.MERCARI_ITEM, RouteName.MERCARI_SHOPS, RouteName.MERCARI_SELLER
ALIVE, DEAD = Canary("a", Expected.ON_SALE, PAGE), Canary("d", Expected.GONE, PAGE)


def _judged(canaries: Sequence[Canary], seen: Mapping[str, Item]) -> CanaryVerdict:
    """The verdict on the only route."""
    route = canaries[0].route
    return judge_canaries(canaries, {(route, item_id): item for item_id, item in seen.items()})[route]


def test_canaries_as_expected_leave_no_doubt() -> None:
    seen = {"a": _item(State.AVAILABLE), "d": _item(State.ENDED, Reason.CLOSED)}
    assert _judged([ALIVE, DEAD], seen) == CanaryVerdict()


@pytest.mark.parametrize(
    ("seen", "lies"),
    [
        ({}, False),
        ({"a": _item(State.UNKNOWN, Reason.BLOCKED), "d": _item(State.ENDED)}, False),
        ({"a": _item(State.ENDED, Reason.CLOSED), "d": _item(State.ENDED)}, True),
        ({"a": _item(State.AVAILABLE), "d": _item(State.AVAILABLE)}, True),
    ],
)
def test_one_certain_canary_that_is_not_as_expected_is_enough(seen: dict[str, Item], lies: bool) -> None:
    verdict = _judged([ALIVE, DEAD], seen)
    assert (verdict.doubt, verdict.lies) == (Doubt.WRONG, lies)
    assert isinstance(verdict.why, CanariesDiffer)
    assert verdict.why.route is PAGE


def test_a_canary_without_a_page_is_gone() -> None:
    """A proxy proves no such state at one look, and a canary that is known to be gone is missed at each."""
    missed = _item(State.UNKNOWN, Reason.NOT_FOUND_ONCE)
    assert _judged([ALIVE, DEAD], {"a": _item(State.AVAILABLE), "d": missed}).doubt is None
    assert _judged([ALIVE, DEAD], {"a": missed, "d": missed}).doubt is Doubt.WRONG


def test_half_of_the_uncertain_ones_is_enough() -> None:
    canaries = [Canary(str(n), Expected.ON_SALE, PAGE, certain=False) for n in range(4)]
    half = {"0": _item(State.SOLD), "1": _item(State.SOLD), "2": _item(State.AVAILABLE), "3": _item(State.AVAILABLE)}
    assert _judged(canaries, half).doubt is None
    assert _judged(canaries, {**half, "2": _item(State.SOLD)}).doubt is Doubt.WRONG


@pytest.mark.parametrize(
    ("gone", "on_sale", "doubt"),
    [
        ([State.AVAILABLE], [State.AVAILABLE] * 3, None),
        ([State.AVAILABLE] * 2, [State.SOLD], Doubt.UNVOUCHED),
        ([], [State.SOLD] * 2, Doubt.UNVOUCHED),
        ([State.AVAILABLE] * 3, [State.AVAILABLE], Doubt.WRONG),
        ([], [State.UNKNOWN], Doubt.WRONG),
    ],
)
def test_one_or_two_drawn_ones_that_changed_leave_out_no_route(
    gone: list[State], on_sale: list[State], doubt: Doubt | None
) -> None:
    """What a run leaves out keeps its known state, and would be drawn again by every later one."""
    known = [(Expected.GONE, state) for state in gone] + [(Expected.ON_SALE, state) for state in on_sale]
    canaries = [Canary(str(n), expected, SHOPS, certain=False) for n, (expected, _) in enumerate(known)]
    seen = {
        str(n): _item(state, Reason.BLOCKED if state is State.UNKNOWN else None) for n, (_, state) in enumerate(known)
    }
    assert _judged(canaries, seen).doubt is doubt


def test_one_item_of_a_seller_shows_that_the_sellers_list_works() -> None:
    """A list is read only as far as needed: the seller's other item may be further down."""
    canaries = [
        Canary(f"{seller}{n}", Expected.ON_SALE, LIST, certain=False, seller_id=seller)
        for seller in ("a", "b", "c")
        for n in (1, 2)
    ]
    assert _judged(canaries, {"b1": _item(State.AVAILABLE), "c2": _item(State.AVAILABLE)}).doubt is None
    assert _judged(canaries, {"a1": _item(State.AVAILABLE)}).doubt is Doubt.WRONG
    sold = {each: _item(State.SOLD) for each in ("a2", "b2", "c2")}
    assert _judged(canaries, {**sold, "a1": _item(State.AVAILABLE)}).doubt is Doubt.WRONG


def test_what_is_gone_vouches_for_nothing() -> None:
    """A route that shows nothing at all shows a gone canary rightly."""
    assert _judged([DEAD], {"d": _item(State.GONE, Reason.NOT_FOUND)}).doubt is Doubt.UNVOUCHED


def test_each_route_is_judged_by_its_own_canaries() -> None:
    shop, listed = Canary("s", Expected.ON_SALE, SHOPS), Canary("a", Expected.ON_SALE, LIST, seller_id="9")
    seen = {
        (PAGE, "a"): _item(State.AVAILABLE),
        (PAGE, "d"): _item(State.ENDED),
        (SHOPS, "s"): _item(State.GONE, Reason.NOT_FOUND),
    }
    verdicts = judge_canaries([ALIVE, DEAD, shop, listed], seen)
    assert {route: (one.doubt, one.lies) for route, one in verdicts.items()} == {
        PAGE: (None, False),
        SHOPS: (Doubt.WRONG, True),
        LIST: (Doubt.WRONG, False),
    }


@pytest.mark.parametrize(
    ("parser", "item_id", "route"),
    [
        ("mercari-item/1", "m12345678901", PAGE),
        ("mercari-seller/2", "m12345678901", LIST),
        ("mercari-item/1", "2JHxNpDcYgWvQmRtZkB7sf", PAGE),
        ("later/1", "2JHxNpDcYgWvQmRtZkB7sf", SHOPS),
        ("yahoo-item/1", "m12345678901", PAGE),
    ],
)
def test_a_look_is_by_the_route_whose_parser_read_it(parser: str, item_id: str, route: RouteName) -> None:
    item = _item(State.SOLD)
    evidence = item.evidence.model_copy(update={"parser_version": parser})
    changed = {"marketplace": Marketplace.MERCARI, "item_id": item_id, "evidence": evidence}
    assert route_of(item.model_copy(update=changed)) is route


def test_canaries_are_read_from_one_line() -> None:
    shop = "2JHxNpDcYgWvQmRtZkB7sf"
    read = read_canaries(f" m12345678901=on_sale  {shop}=gone ", Marketplace.MERCARI)
    assert [(one.item_id, one.expected, one.route) for one in read] == [
        ("m12345678901", Expected.ON_SALE, PAGE),
        (shop, Expected.GONE, SHOPS),
    ]
    assert read_canaries("", Marketplace.MERCARI) == ()
    with pytest.raises(BadCanaries, match="expected id=on_sale or id=gone, not 'a=maybe'"):
        read_canaries("a=maybe", Marketplace.MERCARI)


@pytest.mark.parametrize(("unknowns", "longest"), [(0, 10), (2, 40), (4, 45), (88, 45)])
def test_what_was_ordered_is_looked_at_again_within_seconds_at_first(unknowns: int, longest: float) -> None:
    again = [retry_ordered(Reason.TRANSIENT, unknowns, jitter=jitter) for jitter in (0.0, 0.999_999)]
    assert [one.wait.total_seconds() for one in again if one.wait] == pytest.approx([longest / 2, longest])
    assert retry_ordered(Reason.TRANSIENT, ORDERED_TRIES - 1, jitter=0.5).wait is None
    assert retry_ordered(Reason.BREAKER_OPEN, 20, jitter=1.0).wait == timedelta(seconds=10)
