"""Why a setting, a rule, or an exclusion is refused."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class UnknownSetting(Reason):
    key: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoWorkerSetting(Reason):
    """The key is not one of a pool of workers."""

    key: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSellersSetting(Reason):
    """The key is a setting of which sellers have no value of their own."""

    key: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoWholeNumber(Reason):
    """Or one out of bounds."""

    key: str
    low: int
    high: int
    given: str


@dataclass(frozen=True, slots=True)
class NoNumber(Reason):
    """Or one out of bounds."""

    key: str
    low: float
    high: float
    given: str


@dataclass(frozen=True, slots=True)
class NoChoice(Reason):
    key: str
    choices: tuple[str, ...]
    given: str


@dataclass(frozen=True, slots=True)
class NoText(Reason):
    """Too long, or with characters that cannot be seen."""

    key: str
    most: int


@dataclass(frozen=True, slots=True)
class NoConditionPair(Reason):
    """A word of the conditions is no pair such as `3=2`."""

    given: str


@dataclass(frozen=True, slots=True)
class WorkersCrossed(Reason):
    """What is stored of a pool has more workers at least than at most."""

    key: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MostBelowLeast(Reason):
    """The value would be below what `least_key` says."""

    key: str
    given: int
    least_key: str
    least: int


@dataclass(frozen=True, slots=True)
class LeastAboveMost(Reason):
    """The value would be above what `most_key` says."""

    key: str
    given: int
    most_key: str
    most: int


@dataclass(frozen=True, slots=True)
class ChecksNotInPlan(Reason):
    checks: tuple[int, ...]
    """A day, that the seller's plan allows."""
    given: str


@dataclass(frozen=True, slots=True)
class NoExcludedSeller(Reason):
    """The text is no id of a source's seller."""

    most: int
    given: str


@dataclass(frozen=True, slots=True)
class NoExcludedWord(Reason):
    most: int
    given: str
