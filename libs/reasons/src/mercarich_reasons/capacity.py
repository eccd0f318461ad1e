"""Whether a marketplace's budget is enough for its sellers' plans. Rates are calls a second; passes are hours."""

from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class CapacityShort(Reason):
    """Looks come later than the plans promise."""

    marketplace: Marketplace
    sources: int
    needed_per_second: float
    available_per_second: float
    pass_hours: float
    planned_hours: float


@dataclass(frozen=True, slots=True)
class CapacityEnough(Reason):
    marketplace: Marketplace
    sources: int
    needed_per_second: float
    available_per_second: float
    pass_hours: float
    planned_hours: float


@dataclass(frozen=True, slots=True)
class CapacityUnknown(Reason):
    """What the sources need is counted, and no checker has heard from the proxy what the budget gives."""

    marketplace: Marketplace
    sources: int
    needed_per_second: float


@dataclass(frozen=True, slots=True)
class ImportBeyondCapacity(CapacityShort):
    """With the file's new sources the budget is not enough; nothing is taken over before the seller says so."""

    new_sources: int


@dataclass(frozen=True, slots=True)
class ImportWithinCapacity(CapacityEnough):
    new_sources: int


LEAST_HOURS = 0.1
"""A shorter pass is told as one of six minutes: nobody asks by how much."""


def told(capacity: Capacity) -> CapacityShort | CapacityEnough | CapacityUnknown:
    """Return the sentence of a capacity."""
    marketplace, up = Marketplace(capacity.marketplace), bool(capacity.is_short)
    needed = _rounded(capacity.needed_per_second, up=up)
    if capacity.available_per_second is None or capacity.pass_seconds is None:
        return CapacityUnknown(marketplace, capacity.sources, needed)
    return (CapacityShort if capacity.is_short else CapacityEnough)(
        marketplace,
        capacity.sources,
        needed,
        _rounded(capacity.available_per_second),
        _rounded(max(LEAST_HOURS, capacity.pass_seconds / 3600), up=up),
        _rounded(capacity.planned_seconds / 3600),
    )


def told_of_import(after: Capacity, new_sources: int) -> ImportBeyondCapacity | ImportWithinCapacity | CapacityUnknown:
    """Return the sentence of the capacity `after` an import that brings new sources."""
    whole = told(after)
    if isinstance(whole, CapacityUnknown):
        return whole
    kind = ImportBeyondCapacity if isinstance(whole, CapacityShort) else ImportWithinCapacity
    return kind(**asdict(whole), new_sources=new_sources)


def _rounded(value: float, *, up: bool = False) -> float:
    """Return the value with three significant digits, rounded `up` where it is too much: 0.5002 is not 0.5."""
    digits = Context(prec=3, rounding=ROUND_CEILING if up else ROUND_HALF_EVEN)
    return float(digits.create_decimal_from_float(value))
