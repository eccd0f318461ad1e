"""Calm is decided in one place: each trouble alone ends it, and so does what nobody has measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason
from mercarich_reasons.runs import NoCanariesToAsk
from mercarich_reasons.troubles import (
    BrokerUnreachable,
    CallsStopped,
    ChecksPaused,
    DatabaseSlow,
    LooksOverdue,
    OperatorSilent,
    ProxySilent,
    RunHeld,
    StateUnknown,
    WithdrawalsBehind,
)
from mercarich_web.troubles.troubles import (
    EXPECTED,
    LEFT_AFTER,
    MEASURE_EVERY,
    MEASURE_LASTS,
    Measure,
    Part,
    Trouble,
    longest_pause,
    measures_now,
    touches_sellers,
    troubles,
    troubles_of,
)
from mercarich_web.troubles.words import TROUBLES

NOW = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
FINE = {
    Part.MARKETPLACE: "on",
    Part.BREAKER: "closed",
    Part.RUN: "going",
    Part.LOOKS: "seen",
    Part.PUSHES: "waiting",
    Part.BROKER: "reached",
    Part.DATABASE: "quick",
    Part.OPERATOR: "heard",
}
MERCARI, YAHOO = Marketplace.MERCARI, Marketplace.YAHOO


def fine() -> dict[tuple[Part, str], Measure]:
    """A busy system in which all is well."""
    at, since = NOW - timedelta(seconds=5), NOW - timedelta(seconds=9)
    return {
        (part, name): Measure(part, name, FINE[part], since, at, 900.0 if part is Part.LOOKS else 3.0)
        for part, name in EXPECTED
    }


def changed(part: Part, name: str, **values: object) -> list[Measure]:
    measures = fine()
    measures[part, name] = replace(measures[part, name], **values)  # type: ignore[arg-type]
    return list(measures.values())


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_a_busy_system_in_which_all_works_is_calm() -> None:
    assert troubles(fine().values(), NOW) == []


ALONE = [
    (Part.MARKETPLACE, "mercari", {"state": "paused"}, ChecksPaused(MERCARI)),
    (Part.BREAKER, "mercari", {"state": "open"}, CallsStopped(MERCARI)),
    (Part.BREAKER, "yahoo", {"state": "silent"}, ProxySilent(YAHOO)),
    (Part.RUN, "yahoo", {"state": "held"}, RunHeld(YAHOO)),
    (Part.LOOKS, "mercari", {"since": ago(minutes=16)}, LooksOverdue(MERCARI)),
    (Part.LOOKS, "mercari", {"state": "never", "since": ago(minutes=16)}, LooksOverdue(MERCARI)),
    (Part.PUSHES, "", {"since": ago(minutes=16), "number": 12.0}, WithdrawalsBehind(12)),
    (Part.BROKER, "", {"state": "away"}, BrokerUnreachable()),
    (Part.DATABASE, "", {"state": "slow", "number": 2.34}, DatabaseSlow(2.3)),
    (Part.OPERATOR, "", {"since": ago(minutes=1)}, OperatorSilent()),
    (Part.OPERATOR, "", {"state": "never"}, OperatorSilent()),
]


@pytest.mark.parametrize(("part", "name", "values", "reason"), ALONE)
def test_each_trouble_alone_ends_the_calm_and_is_named(
    part: Part, name: str, values: dict[str, object], reason: Reason
) -> None:
    [found] = troubles(changed(part, name, **values), NOW)

    assert (found.reason, found.marketplace) == (reason, name)
    assert found.since == values.get("since", ago(seconds=9))
    assert found.code in TROUBLES


@pytest.mark.parametrize("missing", sorted(EXPECTED))
def test_what_was_never_measured_is_not_calm(missing: tuple[Part, str]) -> None:
    measures = [one for key, one in fine().items() if key != missing]

    assert [one.reason for one in troubles(measures, NOW)] == [StateUnknown()]


@pytest.mark.parametrize("at", [NOW - MEASURE_LASTS - timedelta(seconds=1), NOW + timedelta(minutes=2)])
@pytest.mark.parametrize("old", sorted(EXPECTED))
def test_what_was_measured_long_ago_or_by_a_wrong_clock_is_not_calm(old: tuple[Part, str], at: datetime) -> None:
    found = troubles(changed(*old, measured_at=at, since=at), NOW)

    assert [one.reason for one in found] == [StateUnknown()]


def test_nothing_measured_at_all_is_told_without_a_time() -> None:
    assert troubles([], NOW) == [Trouble(StateUnknown(), "", None)]


def test_a_trouble_lasts_while_nobody_measures_and_no_other_begins() -> None:
    """The last sign of the operator grows old only because nobody looks: that is no sign of its silence."""
    later = NOW + timedelta(hours=3)
    found = troubles(changed(Part.BREAKER, "yahoo", state="open"), later)

    assert [one.reason for one in found] == [CallsStopped(YAHOO), StateUnknown()]


def test_a_held_run_tells_why() -> None:
    [held] = troubles(changed(Part.RUN, "mercari", state="held", reason=NoCanariesToAsk()), NOW)

    assert held.because == (NoCanariesToAsk(),)


def test_the_trouble_of_a_marketplace_is_not_that_of_another_and_an_unknown_state_is_of_both() -> None:
    found = troubles(changed(Part.BREAKER, "yahoo", state="open"), NOW + timedelta(hours=3))

    assert [one.code for one in troubles_of("yahoo", found)] == ["calls_stopped", "state_unknown"]
    assert [one.code for one in troubles_of("mercari", found)] == ["state_unknown"]


def test_sellers_get_notices_of_what_touches_their_offers() -> None:
    reasons = {type(reason): reason for *_, reason in ALONE}.values()
    left_out = {one.code for one in reasons if not touches_sellers(Trouble(one, "", NOW))}

    assert left_out == {"database_slow", "operator_silent"}


@pytest.mark.parametrize(
    ("known", "own_at", "measures"),
    [
        ([], None, True),
        ([ago(seconds=12), ago(seconds=10)], ago(seconds=10), True),
        ([ago(seconds=10)], None, False),
        ([ago(seconds=10)], ago(seconds=20), False),
        ([ago(seconds=34)], ago(seconds=90), False),
        ([ago(seconds=35)], ago(seconds=90), True),
        ([ago(seconds=-50)], ago(seconds=10), False),
        ([ago(days=-1)], ago(seconds=10), True),
    ],
)
def test_the_replica_that_measured_last_goes_on_and_another_one_measures_when_it_is_gone(
    known: list[datetime], own_at: datetime | None, measures: bool
) -> None:
    rows = [Measure(Part.BROKER, "", "reached", at, at) for at in known]

    assert measures_now(rows, own_at, NOW) == measures


def test_another_replica_takes_over_before_the_state_is_unknown_and_not_while_a_round_lasts() -> None:
    longest_round = timedelta(seconds=20)

    assert MEASURE_EVERY + longest_round < LEFT_AFTER <= MEASURE_LASTS - MEASURE_EVERY


@pytest.mark.parametrize(
    ("sources", "run_looks", "watched", "pause"),
    [
        (20_000, True, False, timedelta(minutes=15)),
        (20_000, False, True, timedelta(minutes=15)),
        (12, False, True, timedelta(hours=3)),
        (1, False, True, timedelta(hours=15)),
        (None, False, True, timedelta(hours=15)),
        (20_000, False, False, timedelta(hours=15)),
    ],
)
def test_how_long_no_look_is_normal_depends_on_who_looks_and_at_how_many(
    sources: int | None, run_looks: bool, watched: bool, pause: timedelta
) -> None:
    assert longest_pause(sources, run_looks=run_looks, watched=watched) == pause
