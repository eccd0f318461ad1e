"""Pictures of listings: what is wanted, fetched and removed, and the reasons why one cannot be had."""

from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.market import Marketplace


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of some pictures that were to be deleted."""

    files: int = 0
    bytes: int = 0
    shared: int = 0
    """Kept, because another listing shows them."""
    refused: int = 0
    """Kept, because the path is not inside the seller's own folder."""
    failed: int = 0
    """Deletion failed; the sweep tries again."""

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(
            self.files + other.files,
            self.bytes + other.bytes,
            self.shared + other.shared,
            self.refused + other.refused,
            self.failed + other.failed,
        )


ATTEMPTS = 6
"""Attempts over about a day; pictures that cannot be fetched by then are given up."""
FIRST_WAIT = timedelta(minutes=1)
LARGEST = 3_000_000
"""Largest picture in bytes, as the proxies' contract says."""
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_IN_A_FOLDER = 1_000
"""Listings in one folder: a folder with all 50,000 of a seller would be slow to list."""


@dataclass(frozen=True, slots=True)
class WantedPictures:
    """A listing whose pictures are not saved yet."""

    listing_id: int
    user_id: int
    marketplace: Marketplace
    item_id: str
    known_url: str | None
    """Address of the main picture from an earlier look; it may still work when the page is gone."""
    slots: int
    attempt: int
    """The number of the current attempt, from 1."""

    @property
    def last_attempt(self) -> bool:
        return self.attempt >= ATTEMPTS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the proxy returned it."""

    suffix: str
    body: bytes


def path_of(wanted: WantedPictures, slot: int, suffix: str) -> str:
    """Return a path relative to the pictures' folder. No other listing ever gets it, so that a late deletion cannot hit
    another listing's file."""
    folder = wanted.listing_id // _IN_A_FOLDER
    return f"{wanted.user_id}/{folder}/{wanted.listing_id}-{slot}{suffix}"


def wait_after(attempt: int) -> timedelta:
    """Return the wait before the next attempt: 1, 4, 16, 64, 256 minutes."""
    return FIRST_WAIT * int(4 ** (attempt - 1))


class PicturesAway(Exception):
    """No picture of the marketplace can be fetched for now; the text says why."""

    def __init__(self, text: str, after_seconds: float) -> None:
        super().__init__(text)
        self.after_seconds = after_seconds


class NoPicture(Exception):
    """There is no picture, or the file is not one; the text says why."""


class PictureLater(Exception):
    """This picture cannot be fetched for now; the text says why."""


class FolderAway(Exception):
    """The pictures' folder cannot be written to; the text says why."""
