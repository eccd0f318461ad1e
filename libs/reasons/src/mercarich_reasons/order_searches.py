"""What a search for another source of an order came to: the order's own source is gone."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class FoundForOrder(Reason):
    """`found` of the `judged` items fit."""

    found: int
    judged: int


@dataclass(frozen=True, slots=True)
class NoneForOrder(Reason):
    """No item fits. `too_dear` of the `judged` ones were refused for their price."""

    judged: int
    too_dear: int


@dataclass(frozen=True, slots=True)
class OrderSearchUnsure(Reason):
    """No item fits of those that could be judged; `unknown` of the `judged` ones could not be seen."""

    judged: int
    unknown: int


@dataclass(frozen=True, slots=True)
class OrderSearchFailed(Reason):
    """The marketplace could not be searched. `text` is a technical name, such as `breaker_open`."""

    text: str
