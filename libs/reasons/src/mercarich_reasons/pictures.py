"""Reasons to refuse a candidate by its pictures."""

from dataclasses import dataclass
from typing import Self

from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class PictureMissing(Reason):
    """The candidate has no picture."""


@dataclass(frozen=True, slots=True)
class OldPictureMissing(Reason):
    """There is no picture of the source to be replaced."""


@dataclass(frozen=True, slots=True)
class PictureUnavailable(Reason):
    """The picture cannot be fetched. `error` is the proxy's error code, unless it is a `why`: a reason of a state."""

    url: str
    why: StateReason | None = None
    error: str | None = None

    @classmethod
    def of(cls, url: str, error: str) -> Self:
        """`error` is the proxy's word."""
        return cls(url, *_proxys_word(error))


@dataclass(frozen=True, slots=True)
class PictureNotNow(Reason):
    """The picture cannot be fetched now; values as in `PictureUnavailable`."""

    why: StateReason | None = None
    error: str | None = None

    @classmethod
    def of(cls, error: str) -> Self:
        """`error` is the proxy's word."""
        return cls(*_proxys_word(error))


@dataclass(frozen=True, slots=True)
class PictureUndecodable(Reason):
    url: str


@dataclass(frozen=True, slots=True)
class PictureTooNarrow(Reason):
    """The picture is only a few pixels wide or high."""

    url: str


@dataclass(frozen=True, slots=True)
class PicturesIncomparable(Reason):
    url: str


@dataclass(frozen=True, slots=True)
class HistogramsDiffer(Reason):
    """Correlation of the grey histograms, -1 to 1. Here and below, a number that is not finite is None."""

    least: float
    correlation: float | None = None


@dataclass(frozen=True, slots=True)
class FewFeaturesMatch(Reason):
    """The share of the pictures' features that have a match, 0 to 1."""

    least: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class FewFeaturesAgree(Reason):
    """The number of features that agree on the position of the object."""

    features: int
    least: int


@dataclass(frozen=True, slots=True)
class PictureColoursDiffer(Reason):
    """The distance between the colours of the objects in the pictures, in Lab units."""

    most: float
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class PartInOtherColour(Reason):
    """The share of the object with another colour, 0 to 1."""

    most: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class SpotDiffers(Reason):
    """The size of the largest spot with another pattern, as a share of the object, 0 to 1."""

    most: float
    share: float | None = None


def _proxys_word(error: str) -> tuple[StateReason | None, str | None]:
    try:
        return StateReason(error), None
    except ValueError:
        return None, error
