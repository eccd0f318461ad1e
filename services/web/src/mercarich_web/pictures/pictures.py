"""When a withdrawn offer's row is old enough to go, and what a deletion reports."""

from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.market import Marketplace


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of some pictures."""

    files: int = 0
    bytes: int = 0
    shared: int = 0
    """Kept: another listing shows them."""
    refused: int = 0
    """Kept: not inside the seller's own folder."""
    failed: int = 0
    """Still there although they should be gone; the sweep tries again."""

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(
            self.files + other.files,
            self.bytes + other.bytes,
            self.shared + other.shared,
            self.refused + other.refused,
            self.failed + other.failed,
        )


ATTEMPTS = 6
"""Over a day in all; what cannot be had by then is given up."""
FIRST_WAIT = timedelta(minutes=1)
LARGEST = 3_000_000
"""Bytes, as the proxies' contract says."""
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_IN_A_FOLDER = 1_000
"""Listings: a folder of a seller with 50,000 is slow to list."""


@dataclass(frozen=True, slots=True)
class WantedPictures:
    """A listing whose pictures are not saved yet."""

    listing_id: int
    user_id: int
    marketplace: Marketplace
    item_id: str
    known_url: str | None
    """The main picture's address, from a look of before: it may stay when the page goes."""
    slots: int
    attempt: int
    """The one at hand, from 1."""

    @property
    def last_attempt(self) -> bool:
        return self.attempt >= ATTEMPTS


@dataclass(frozen=True, slots=True)
class Picture:
    """As it came from the proxy."""

    suffix: str
    body: bytes


def path_of(wanted: WantedPictures, slot: int, suffix: str) -> str:
    """Below the pictures' folder. No other listing ever gets it, so that a late deletion takes nothing of another's."""
    folder = wanted.listing_id // _IN_A_FOLDER
    return f"{wanted.user_id}/{folder}/{wanted.listing_id}-{slot}{suffix}"


def wait_after(attempt: int) -> timedelta:
    """1, 4, 16, 64, 256 minutes."""
    return FIRST_WAIT * int(4 ** (attempt - 1))


class PicturesAway(Exception):
    """No picture of the marketplace can be had for now; the text says why."""

    def __init__(self, text: str, after_seconds: float) -> None:
        super().__init__(text)
        self.after_seconds = after_seconds


class NoPicture(Exception):
    """There is none, or it is none; the text says why."""


class PictureLater(Exception):
    """This one cannot be had for now; the text says why."""


class FolderAway(Exception):
    """Nothing can be written into the pictures' folder; the text says why."""
