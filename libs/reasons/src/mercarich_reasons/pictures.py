"""Why a candidate is no replacement: what its pictures say against it."""

from dataclasses import dataclass
from typing import Self

from mercarich_contracts.market import Reason as StateReason
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class PictureMissing(Reason):
    """It has none."""


@dataclass(frozen=True, slots=True)
class OldPictureMissing(Reason):
    """There is no picture of the source that is to be replaced."""


@dataclass(frozen=True, slots=True)
class PictureUnavailable(Reason):
    """The picture cannot be had. `error` is the proxy's word where that is no reason of a state."""

    url: str
    why: StateReason | None = None
    error: str | None = None

    @classmethod
    def of(cls, url: str, error: str) -> Self:
        """`error` is the proxy's word."""
        return cls(url, *_proxys_word(error))


@dataclass(frozen=True, slots=True)
class PictureNotNow(Reason):
    """The picture cannot be had for now; values as in `PictureUnavailable`."""

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
    """A few pixels only."""

    url: str


@dataclass(frozen=True, slots=True)
class PicturesIncomparable(Reason):
    url: str


@dataclass(frozen=True, slots=True)
class HistogramsDiffer(Reason):
    """Correlation of the grey histograms, -1 to 1. In this class and below a number that is not finite is None."""

    least: float
    correlation: float | None = None


@dataclass(frozen=True, slots=True)
class FewFeaturesMatch(Reason):
    """The part of the pictures' features that have a partner, 0 to 1."""

    least: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class FewFeaturesAgree(Reason):
    """Features that agree on where the thing is."""

    features: int
    least: int


@dataclass(frozen=True, slots=True)
class PictureColoursDiffer(Reason):
    """How far the colours of the things in the pictures are apart, in Lab units."""

    most: float
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class PartInOtherColour(Reason):
    """The part of the thing that has another colour, 0 to 1."""

    most: float
    share: float | None = None


@dataclass(frozen=True, slots=True)
class SpotDiffers(Reason):
    """The largest spot whose pattern does not fit, as part of the thing, 0 to 1."""

    most: float
    share: float | None = None


def _proxys_word(error: str) -> tuple[StateReason | None, str | None]:
    try:
        return StateReason(error), None
    except ValueError:
        return None, error
