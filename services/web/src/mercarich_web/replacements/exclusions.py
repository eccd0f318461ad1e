"""What a seller refuses as a replacement: source sellers, and words in titles."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.settings import NoExcludedSeller, NoExcludedWord
from mercarich_web import paging

LONGEST = 64
_SELLER = re.compile(rf"[!-~]{{1,{LONGEST}}}")


class BadExclusion(Refusal):
    """The value cannot be excluded; the reason says what was expected."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    sellers: Collection[tuple[str, str]] = ()
    """Marketplace and the source seller's id."""
    words: Collection[str] = ()

    def excludes(self, item: Item) -> bool:
        title = (item.title or "").casefold()
        return (item.marketplace, item.seller_id or "") in self.sellers or any(
            word.casefold() in title for word in self.words
        )


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An excluded source seller or word."""

    username: str | None
    """The seller to whom it applies; None: all sellers."""
    marketplace: str | None
    """Marketplace of the source seller; None for a word, which applies to both."""
    value: str
    """The marketplace's id of the source seller, or the word."""


@dataclass(frozen=True, slots=True)
class ExclusionList:
    exclusions: Sequence[Exclusion]
    """Those for all sellers first, then by seller; source sellers before words."""


@dataclass(frozen=True, slots=True)
class ExclusionPage:
    """A page of the exclusions that apply to one seller: those for all sellers first, source sellers before words."""

    exclusions: Sequence[Exclusion]
    next: Exclusion | None
    """The last exclusion of this page, when there are more."""


def packed(exclusion: Exclusion) -> str:
    """Return the exclusion as text for an address."""
    whose = "" if exclusion.username is None else "own"
    return paging.packed(whose, exclusion.marketplace or "", exclusion.value)


def unpacked(text: str, username: str) -> Exclusion | None:
    """Return the exclusion, or None for a text that is not valid, which leads to the first page."""
    try:
        whose, marketplace, value = paging.unpacked(text, 3)
    except ValueError:
        return None
    return Exclusion(username if whose else None, marketplace or None, value)


@dataclass(frozen=True, slots=True)
class ExclusionChange:
    exclusion: Exclusion
    changed: bool
    """False: the exclusion existed already, or did not exist."""


def exclusion_of(username: str | None, marketplace: Marketplace | None, value: str) -> Exclusion:
    """Return the normalised exclusion. Raises `BadExclusion`."""
    if marketplace is None:
        return Exclusion(username, None, _word(value))
    if not _SELLER.fullmatch(value):
        raise BadExclusion(NoExcludedSeller(LONGEST, value[:80]))
    return Exclusion(username, marketplace, value)


def _word(text: str) -> str:
    """Normalise a word. Titles are searched without regard to case, so one spelling is enough. Spaces inside count."""
    word = text.strip().casefold()
    if not word or len(word) > LONGEST or not word.isprintable():
        raise BadExclusion(NoExcludedWord(LONGEST, text[:80]))
    return word
