"""Pictures of a new listing: how many, where their files lie, when one is tried again."""

from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.market import Marketplace

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
