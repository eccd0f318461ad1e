"""The figures of a fortnight's orders, with their numerators: as JSON, so that several seeds can be pooled."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.soak.amazon_models import AmazonModels
from tests.soak.orders import Orders
from tests.soak.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in one week, or in several."""

    seeds: Sequence[int]
    days: int
    orders: int
    looks: Sequence[float]
    """Seconds from the read of an order to the look at its source that the product alone has taken."""
    looks_whole: Sequence[float]
    """The same with the time under an injected fault."""
    unlooked: int
    """Orders that were decided or closed before a look."""
    sourced: int
    """Orders whose source is known."""
    spare: int
    """Of these, the ones of which the market had another fitting piece for sale when they were read."""
    gone: int
    """Orders whose source was gone before their seller had bought it."""
    gone_in_time: int
    """Of these, the ones for which another source was found within ten minutes."""
    spared: int
    """Of those that met a gone source, the ones of which the market had another piece for sale then."""
    spared_in_time: int
    met_elsewhere: int
    counted: int
    """Orders that count in a cancellation rate."""
    cancelled: int
    """Of these, the ones cancelled for want of a source."""
    sold_twice: int
    prices_unasked: int
    fields_lost: int
    personal: int
    at_loss: int
    at_loss_late: int
    wrongly_stopped: int
    shipped_late: int
    shipped_late_told: int
    foretold: Sequence[tuple[int, float, int, int]]
    """At the end of each day at which both are known: the number of the day, the share of cancellations that was
    foretold, and of the seven days before, the orders and those of them that were cancelled."""
    requests: int
    """To Amazon; 0 where its models are not there."""
    requests_valid: int
    broken: int
    """Promises of the week that were not kept, of whatever kind."""


def figures(
    seed: int, days: int, told: Orders, models: AmazonModels, verdicts: Sequence[Verdict], wrongly_stopped: int
) -> Figures:
    looks, searches, totals = told.looks, told.searches(), told.totals()
    sourced, spare = told.spared()
    return Figures(
        seeds=[seed],
        days=days,
        orders=totals.orders,
        looks=sorted(look.own for look in looks.all),
        looks_whole=sorted(look.seconds for look in looks.all),
        unlooked=looks.unlooked,
        sourced=sourced,
        spare=spare,
        gone=searches.gone,
        gone_in_time=searches.found_in_time,
        spared=searches.spared,
        spared_in_time=searches.spared_in_time,
        met_elsewhere=totals.met_elsewhere,
        counted=totals.counted,
        cancelled=totals.cancelled,
        sold_twice=totals.sold_twice,
        prices_unasked=totals.prices_unasked,
        fields_lost=totals.fields_lost,
        personal=told.personal,
        at_loss=totals.at_loss,
        at_loss_late=totals.at_loss_late,
        wrongly_stopped=wrongly_stopped,
        shipped_late=totals.late,
        shipped_late_told=totals.late_told,
        foretold=[
            (day, one.foretold, one.orders, one.cancelled)
            for day, one in enumerate(told.forecasts(), start=1)
            if one.foretold is not None and one.orders
        ],
        requests=models.counts.total(),
        requests_valid=models.counts["valid"],
        broken=sum(not verdict.kept for verdict in verdicts),
    )


def as_json(one: Figures) -> dict[str, Any]:
    return asdict(one)


def pooled(some: Sequence[Figures]) -> Figures:
    """Return the figures of all of these weeks together."""
    sums: dict[str, Any] = {}
    for name in Figures.__dataclass_fields__:
        values = [getattr(one, name) for one in some]
        sums[name] = sum(values) if isinstance(values[0], int) else [each for value in values for each in value]
    return Figures(**sums)
