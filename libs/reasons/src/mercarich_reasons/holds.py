"""Reasons why the brake holds withdrawals back."""

from dataclasses import dataclass

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import RouteName, State
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class TooManyFalls(Reason):
    """Too many listings would be withdrawn at once. `checked` is None after a run's end, when it is not weighed."""

    fallen: int
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class TooManyAbsent(Reason):
    """Of too many sources at once the marketplace says that there is no such item. `checked` as in `TooManyFalls`."""

    absent: int
    checked: int | None = None
    route: RouteName | None = None
    """The route that says so; None if an earlier release stored it."""


@dataclass(frozen=True, slots=True)
class TooManyLosses(Reason):
    """Too many listings would be taken down by price at once. `checked` as in `TooManyFalls`."""

    fallen: int
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class TooManyRecoveries(Reason):
    """Too many paused listings would be put up by price at once. `checked` as in `TooManyFalls`."""

    recovered: int
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class TooManyPrices(Reason):
    """Too many offers would get another price at once. `checked` as in `TooManyFalls`."""

    changed: int
    checked: int | None = None


@dataclass(frozen=True, slots=True)
class CanariesDiffer(Reason):
    """`wrong` of the `asked` canaries are not as expected; the other values are those of the first of them."""

    wrong: int
    asked: int
    item_id: str
    expected: State
    """Available or gone: the known state."""
    state: State | None = None
    """The state seen, with `why`; None: there was no answer."""
    why: StateReason | None = None
    route: RouteName | None = None
    """The request that they are canaries of; None if an earlier release, which did not tell them apart, stored it."""


@dataclass(frozen=True, slots=True)
class NoCanaryVouches(Reason):
    """No canary on sale shows that the route works, so that what it says of missing sources is not believed."""

    route: RouteName


@dataclass(frozen=True, slots=True)
class TooManyUnreadable(Reason):
    """So many pages could not be read that the marketplace has probably changed its markup."""
