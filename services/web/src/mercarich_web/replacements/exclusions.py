"""What a seller does not want to be offered: source sellers, and words in titles."""

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
    """The reason says what was expected."""


@dataclass(frozen=True, slots=True)
class Exclusions:
    sellers: Collection[tuple[str, str]] = ()
    """(marketplace, the source's seller)"""
    words: Collection[str] = ()

    def excludes(self, item: Item) -> bool:
        title = (item.title or "").casefold()
        return (item.marketplace, item.seller_id or "") in self.sellers or any(
            word.casefold() in title for word in self.words
        )


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One source seller, or one word."""

    username: str | None
    """For whom it holds; None: for all sellers."""
    marketplace: str | None
    """Of the source seller; None: a word, which holds at both."""
    value: str
    """The marketplace's id of the source seller, or the word."""


@dataclass(frozen=True, slots=True)
class ExclusionList:
    exclusions: Sequence[Exclusion]
    """Those of all sellers first, then by seller; source sellers before words."""


@dataclass(frozen=True, slots=True)
class ExclusionPage:
    """Of what holds for one seller: that of all sellers first, source sellers before words."""

    exclusions: Sequence[Exclusion]
    next: Exclusion | None
    """The last of this page, when there are more."""


def packed(exclusion: Exclusion) -> str:
    """As it stands in an address."""
    whose = "" if exclusion.username is None else "own"
    return paging.packed(whose, exclusion.marketplace or "", exclusion.value)


def unpacked(text: str, username: str) -> Exclusion | None:
    """None for what is none of ours: the first page then."""
    try:
        whose, marketplace, value = paging.unpacked(text, 3)
    except ValueError:
        return None
    return Exclusion(username if whose else None, marketplace or None, value)


@dataclass(frozen=True, slots=True)
class ExclusionChange:
    exclusion: Exclusion
    changed: bool
    """False: it was so already."""


def exclusion_of(username: str | None, marketplace: Marketplace | None, value: str) -> Exclusion:
    """As it is kept. Raises `BadExclusion`."""
    if marketplace is None:
        return Exclusion(username, None, _word(value))
    if not _SELLER.fullmatch(value):
        raise BadExclusion(NoExcludedSeller(LONGEST, value[:80]))
    return Exclusion(username, marketplace, value)


def _word(text: str) -> str:
    """Titles are searched for it whatever the case: one spelling is enough. Spaces inside count."""
    word = text.strip().casefold()
    if not word or len(word) > LONGEST or not word.isprintable():
        raise BadExclusion(NoExcludedWord(LONGEST, text[:80]))
    return word
