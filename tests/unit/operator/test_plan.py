"""The plan of a pool's bounds: properties that hold for any request, and the sentences."""

from hypothesis import given
from hypothesis import strategies as st

from mercarich_contracts.pools import Backlog, Caps, HpaPlan, Mode, Wish, plan, shares
from mercarich_operator.domain.pools import Contract

numbers = st.integers(-5, 1000)
modes = st.sampled_from(Mode)
backlogs = st.builds(Backlog, st.integers(0, 10**6), st.integers(0, 10**6))
limits = st.none() | st.integers(1, 40)
caps = st.builds(Caps, limits, limits, limits, st.booleans())


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    low, high = sorted((draw(st.integers(1, 60)), draw(st.integers(1, 60))))
    return _contract(low, high, draw(st.integers(1, 500)))


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    mode, low, high = draw(modes), draw(numbers), draw(numbers)
    return Wish(mode, high, high) if mode is Mode.FIXED else Wish(mode, low, high)


@given(contracts(), wishes(), backlogs, caps)
def test_bounds_are_in_order_and_within_every_limit(pool: Contract, wish: Wish, backlog: Backlog, caps: Caps) -> None:
    planned = plan(pool, wish, backlog, caps)

    assert 1 <= planned.min <= planned.max <= pool.high
    assert planned.max <= (caps.partitions or planned.max)
    assert planned.max <= (caps.connections or planned.max)
    if caps.useful and wish.mode is not Mode.FIXED:
        assert planned.max <= max(caps.useful, pool.low, wish.low)
    if planned.max < pool.low:
        assert planned.max in (caps.partitions, caps.connections)
    if wish.mode is Mode.AUTO and not caps.load_known:
        assert planned.min == planned.max


@given(contracts(), wishes(), backlogs, caps)
def test_whatever_differs_from_the_wish_has_a_reason(pool: Contract, wish: Wish, backlog: Backlog, caps: Caps) -> None:
    planned = plan(pool, wish, backlog, caps)

    if planned.max != wish.high:
        assert any(reason.text.startswith("max ") for reason in planned.reasons)
    if planned.min != wish.low and wish.mode is not Mode.FIXED:
        assert any(reason.text.startswith("min ") for reason in planned.reasons)


@given(contracts(), st.data())
def test_a_wish_within_every_limit_is_granted_without_a_word(pool: Contract, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.tuples(*[st.integers(pool.low, pool.high)] * 2)))
    caps = Caps(data.draw(st.none() | st.integers(high, 90)), data.draw(st.none() | st.integers(high, 90)))

    assert plan(pool, Wish(Mode.AUTO, low, high), Backlog(0, 0), caps) == HpaPlan(low, high, ())


@given(contracts(), wishes(), backlogs, st.integers(0, 10**6), caps)
def test_a_longer_backlog_never_lowers_anything(
    pool: Contract, wish: Wish, backlog: Backlog, more: int, caps: Caps
) -> None:
    before = plan(pool, wish, backlog, caps)
    after = plan(pool, wish, Backlog(backlog.records, backlog.rows + more), caps)

    assert after.min >= before.min
    assert after.max >= before.max
    assert after.max == before.max or not caps.load_known


@given(contracts(), st.integers(1, 100), backlogs, caps)
def test_a_fixed_pool_is_one_number_whatever_waits(pool: Contract, number: int, backlog: Backlog, caps: Caps) -> None:
    planned = plan(pool, Wish(Mode.FIXED, number, number), backlog, caps)

    assert planned.min == planned.max


@given(contracts(), wishes(), backlogs, backlogs, caps)
def test_reasons_say_nothing_that_changes_while_the_bounds_do_not(
    pool: Contract, wish: Wish, one: Backlog, other: Backlog, caps: Caps
) -> None:
    first, second = plan(pool, wish, one, caps), plan(pool, wish, other, caps)

    assert first == second or (first.min, first.max) != (second.min, second.max)


@given(
    st.integers(0, 500),
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(1, 50), st.integers(1, 30)), max_size=6),
)
def test_shares_stay_within_the_budget(budget: int, wanted: dict[str, tuple[int, int]]) -> None:
    given_out = shares(budget, wanted)

    assert all(1 <= given_out[name] <= replicas for name, (replicas, _) in wanted.items())
    used = sum(given_out[name] * each for name, (_, each) in wanted.items())
    assert used <= budget or set(given_out.values()) <= {1}
    if sum(replicas * each for replicas, each in wanted.values()) <= budget:
        assert given_out == {name: replicas for name, (replicas, _) in wanted.items()}


def test_a_backlog_floor_is_rounded_up_and_stops_at_the_max() -> None:
    pool, wish = _contract(1, 24, target=50), Wish(Mode.AUTO, 1, 6)

    assert _bounds(plan(pool, wish, Backlog(0, 0), Caps())) == (1, 6)
    assert _bounds(plan(pool, wish, Backlog(1, 50), Caps())) == (2, 6)
    assert _bounds(plan(pool, wish, Backlog(0, 9_999), Caps())) == (6, 6)


def test_a_paused_pool_heeds_no_backlog() -> None:
    assert _bounds(plan(_contract(1, 24), Wish(Mode.PAUSED, 2, 6), Backlog(0, 9_999), Caps())) == (2, 6)


def test_without_a_load_metric_the_backlog_alone_decides() -> None:
    pool, wish, blind = _contract(1, 24), Wish(Mode.AUTO, 1, 6), Caps(load_known=False)

    assert _bounds(plan(pool, wish, Backlog(0, 0), blind)) == (1, 1)
    assert _bounds(plan(pool, wish, Backlog(0, 120), blind)) == (3, 3)
    assert plan(pool, wish, Backlog(0, 0), blind).reasons[-1].text.startswith("max 6 lowered to 1: no load metric")


def test_every_limit_is_named() -> None:
    caps = Caps(partitions=12, connections=8, useful=3)
    planned = plan(_contract(2, 20), Wish(Mode.AUTO, 1, 30), Backlog(0, 0), caps)

    assert [reason.text for reason in planned.reasons] == [
        "max 30 lowered to 20: 2..20 is allowed here",
        "max 20 lowered to 12: the topic has 12 partitions",
        "max 12 lowered to 8: the budget of database connections",
        "max 8 lowered to 3: the marketplace's budget of calls keeps no more of them busy",
        "min 1 raised to 2: 2..20 is allowed here",
    ]


def test_no_backlog_starts_a_second_checker_behind_half_a_call_a_second() -> None:
    pool, wish, caps = _contract(1, 12), Wish(Mode.AUTO, 1, 6), Caps(partitions=12, useful=1)

    assert _bounds(plan(pool, wish, Backlog(50, 43_000), caps)) == (1, 1)
    assert _bounds(plan(pool, Wish(Mode.AUTO, 2, 6), Backlog(50, 43_000), caps)) == (2, 2)
    assert _bounds(plan(_contract(2, 12), wish, Backlog(50, 43_000), caps)) == (2, 2)


def test_a_number_that_a_person_has_fixed_stands_whatever_the_budget_of_calls() -> None:
    assert _bounds(plan(_contract(1, 12), Wish(Mode.FIXED, 7, 7), Backlog(0, 0), Caps(useful=1))) == (7, 7)


def _bounds(planned: HpaPlan) -> tuple[int, int]:
    return planned.min, planned.max


def _contract(low: int, high: int, target: int = 50) -> Contract:
    return Contract("INVCHK_YAHOO_WORKER", low, high, "check.yahoo", "checker-yahoo", target, 10)
