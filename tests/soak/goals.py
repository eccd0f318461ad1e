"""What is wanted of orders, and what a week has shown of it.

Shares and forecasts are judged in a fortnight of some hundred orders alone: of ten orders one cancellation is ten per
cent. What must never happen, and how long a look takes, is judged in every week with orders.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import NamedTuple

from tests.soak.orders import IN_TIME_SECONDS, Forecast, Looks, Orders, Searches, Totals
from tests.soak.sentinel import Offence
from tests.soak.verdicts import Verdict

LOOK_SECONDS = 60.0
"""Within this time after its read the source of an order is looked at, but for one in each hundred begun."""
LEAST_FOUND, MOST_CANCELLED, MOST_OFF = 0.5, 0.005, 0.003
"""Shares of the orders whose source is gone, and of those that count in a cancellation rate; the forecast's error."""


class Goal(NamedTuple):
    what: str
    value: str
    wanted: str = ""
    kept: bool | None = None
    """None: it is told, and not judged."""
    always: bool = False
    """Whether it is judged in every week."""


def goals(told: Orders) -> list[Goal]:
    looks, searches, totals, days = told.looks, told.searches(), told.totals(), told.forecasts()
    return [
        *_of_looks(looks),
        *_of_searches(searches),
        *_of_totals(totals),
        _never("requests for personal data", told.personal),
        *([_of_forecast(days[-1])] if days else ()),
    ]


def verdict(found: Sequence[Goal], *, shares: bool) -> Verdict:
    """`shares`: those count, too."""
    missed = [goal for goal in found if goal.kept is False and (goal.always or shares)]
    offences = [Offence("", "", f"{goal.what}: {goal.value}, wanted: {goal.wanted}") for goal in missed]
    return Verdict("goals of orders that were not reached", offences, len(offences))


def late(looks: Looks) -> int:
    """Return how many looks came later than they may."""
    return sum(look.own > LOOK_SECONDS for look in looks.all)


def _of_looks(looks: Looks) -> Iterator[Goal]:
    whole, own = ([looks.within(part, own=own) for part in (0.5, 0.99)] for own in (False, True))
    allowed = ceil(len(looks.all) / 100)
    hindered = f"{_seconds(own[0])} (p50), {_seconds(own[1])} (p99)"
    wanted = f"p99 <= {LOOK_SECONDS:.0f} s"
    yield Goal(
        "look at the source, after the read of its order", f"{_seconds(whole[0])} (p50), {_seconds(whole[1])} (p99)"
    )
    yield Goal("of it without the time under an injected fault", hindered, wanted, late(looks) <= allowed, always=True)
    if (slowest := looks.slowest) is not None and slowest.seconds > LOOK_SECONDS:
        by = f", {slowest.hindered:.0f} s of them under: {', '.join(slowest.by)}" if slowest.by else ""
        yield Goal("the slowest of them", f"{slowest.seconds:.0f} s from {slowest.read_at:%a %H:%M:%S} UTC{by}")
    yield Goal("orders that were decided or closed before a look", f"{looks.unlooked:,}")


def _of_searches(searches: Searches) -> Iterator[Goal]:
    share = searches.found_in_time / searches.gone if searches.gone else None
    value = f"{_share(share)} ({searches.found_in_time:,} of {searches.gone:,})"
    kept = None if share is None else share >= LEAST_FOUND
    what = f"another source found within {IN_TIME_SECONDS / 60:.0f} min, of those that are gone"
    yield Goal(what, value, f">= {LEAST_FOUND:.0%}", kept)
    yield Goal("another source found, sooner or later", f"{searches.found:,}")


def _of_totals(totals: Totals) -> Iterator[Goal]:
    yield Goal("orders met by another source", f"{totals.met_elsewhere:,}")
    share = totals.cancelled / totals.counted if totals.counted else None
    value = f"{_share(share)} ({totals.cancelled:,} of {totals.counted:,})"
    kept = None if share is None else share <= MOST_CANCELLED
    yield Goal("cancelled for want of a source", value, f"<= {MOST_CANCELLED:.1%}", kept)
    yield _never("pieces sold twice", totals.sold_twice)
    yield _never("sold at a loss although the loss rule was on", totals.at_loss_late)
    yield _never("prices and other fields that a push changed and did not mean", totals.fields_lost)
    same = totals.late == totals.late_told
    yield Goal(
        "shipped late, by the market and by the rows", f"{totals.late:,}, {totals.late_told:,}", "the same", same
    )


def _of_forecast(last: Forecast) -> Goal:
    off = last.off
    kept = None if off is None else abs(off) <= MOST_OFF
    return Goal("foretold - cancelled, of seven days, at the end", points(off), f"+-{100 * MOST_OFF:.2f} points", kept)


def _never(what: str, count: int) -> Goal:
    return Goal(what, f"{count:,}", "0", count == 0, always=True)


def points(off: float | None) -> str:
    return "–" if off is None else f"{100 * off:+.2f} points"


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.0f} s"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.2%}"
