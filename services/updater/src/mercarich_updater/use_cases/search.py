"""Find a replacement: search, then apply the filters in the seed's order; the first match wins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Item, SearchRequest
from mercarich_contracts.sites import SITES
from mercarich_reasons.candidates import PageToldNothing
from mercarich_reasons.pictures import OldPictureMissing, PictureMissing, PictureNotNow
from mercarich_reasons.reason import Reason
from mercarich_replacements.filters import Filter, Refusal, early, late, with_postage
from mercarich_replacements.matching import Likeness, pictures_against, quick_against
from mercarich_replacements.rules import Rules, Wanted, searched
from mercarich_updater.domain.keywords import keyword
from mercarich_updater.ports import Judged, Look, NoPicture, Picture, PictureLater, Pictures, Search

PAGES = 5
"""Maximum number of result pages read."""

Used = Callable[[Sequence[Item]], frozenset[tuple[Marketplace, str]]]

Seen = TypeVar("Seen")

Take = Callable[[Wanted, Item, Sequence[Judged]], Refusal | None]
"""Takes a match. Returns a refusal if it can no longer be taken; the search then continues with the next candidate."""


@dataclass(frozen=True, slots=True)
class Result:
    judged: Sequence[Judged]
    found: Item | None
    """The match, as its own page shows it."""
    unknowns: int
    """Number of candidates with an unknown answer. If there are any, no match does not mean that there is none."""


@dataclass(frozen=True, slots=True)
class FindReplacement:
    """Search for one listing. Raises `NotSearched` and `ProxyAway`."""

    search: Search
    look: Look
    pictures: Pictures

    def __call__(self, wanted: Wanted, rules: Rules, used: Used, alive: Callable[[], None], take: Take) -> Result:
        """Search, judge and take the first match.

        `alive` is called before each candidate, and before each of its further pictures. `take` gets the listing with
        its old source completed, the match, and all candidates judged before it.
        """
        wanted = self.completed(wanted)
        judged: list[Judged] = []
        unknowns = 0
        for one in self.judged(wanted, rules, used, alive):
            judged.append(one)
            if one.refusal is not None:
                unknowns += one.refusal.filter is Filter.UNKNOWN
                continue
            too_late = take(wanted, one.item, judged)
            if too_late is None:
                return Result(judged, one.item, unknowns)
            judged[-1] = replace(one, refusal=too_late)
        return Result(judged, None, unknowns)

    def judged(self, wanted: Wanted, rules: Rules, used: Used, alive: Callable[[], None]) -> Iterator[Judged]:
        """Yield each candidate as it is judged. `wanted` is completed."""
        for row in self._results(wanted, rules):
            alive()
            yield self._judge(wanted, rules, row, used, alive)

    def completed(self, wanted: Wanted) -> Wanted:
        """Read what is missing of the old source from its page, which often stays online after the sale."""
        pictured = wanted.picture_url or wanted.saved_picture
        if pictured and wanted.condition and wanted.title and wanted.first_price_jpy is not None:
            return wanted
        old = self.look(wanted.marketplace, wanted.item_id)
        return replace(
            wanted,
            title=wanted.title or old.title or "",
            picture_url=wanted.picture_url or next(iter(old.images), None),
            condition=wanted.condition or old.condition_code,
            first_price_jpy=old.price_jpy if wanted.first_price_jpy is None else wanted.first_price_jpy,
        )

    def preview(self, one: Judged) -> bytes | None:
        """Return the picture by which a candidate was compared, as a small JPEG; None if it is not at hand."""
        item = one.item
        return self.pictures.preview(Picture(item.marketplace, item.images[one.picture])) if item.images else None

    def _results(self, wanted: Wanted, rules: Rules) -> Iterator[Item]:
        words = keyword(wanted.title)
        if not words:
            return
        left = rules.candidates
        for marketplace in searched(wanted.marketplace, rules):
            for page in range(PAGES):
                result = self.search(marketplace, self._request(wanted, rules, marketplace, words, page))
                yield from result.items[:left]
                left -= len(result.items)
                if left <= 0:
                    return
                if result.complete or not result.items:
                    break

    def _request(self, wanted: Wanted, rules: Rules, marketplace: Marketplace, words: str, page: int) -> SearchRequest:
        """Build the search request. Some marketplaces filter by condition themselves: the wanted one or better."""
        worst = wanted.condition
        if marketplace is not wanted.marketplace:
            worst = rules.other_conditions.get(wanted.condition or 0)
        better = list(range(1, worst + 1)) if worst and SITES[marketplace].search_filters_conditions else []
        return SearchRequest(keyword=words, price_max=wanted.ceiling(rules), conditions=better, page=page)

    def _judge(self, wanted: Wanted, rules: Rules, row: Item, used: Used, alive: Callable[[], None]) -> Judged:
        refusal = early(rules, wanted, row)
        if refusal is not None:
            return Judged(row, refusal)
        refusal, quick = self._compare(Filter.QUICK_PICTURE, wanted, row, self.pictures.quick)
        if quick is not None:
            refusal = _refused(Filter.QUICK_PICTURE, quick_against(rules.match, quick))
        if refusal is not None:
            return Judged(row, refusal, quick=quick)
        item = self.look(row.marketplace, row.item_id)
        if item.state is State.UNKNOWN:
            return Judged(row, Refusal(Filter.UNKNOWN, PageToldNothing(item.reason)), quick=quick)
        item = with_postage(item, row)
        refusal = late(rules, wanted, item, used([item]))
        if refusal is not None:
            return Judged(item, refusal, page_seen=True, quick=quick)
        refusal, likeness = self._alike(wanted, rules, item, 0)
        if refusal is not None and refusal.filter is Filter.PICTURE:
            for number in range(1, min(rules.pictures, len(item.images))):
                alive()
                further, its_likeness = self._alike(wanted, rules, item, number)
                if further is None:
                    return Judged(item, None, True, quick, its_likeness, number)
                if further.filter is Filter.UNKNOWN:
                    refusal = further  # this picture may show the same thing
        return Judged(item, refusal, True, quick, likeness)

    def _alike(self, wanted: Wanted, rules: Rules, item: Item, number: int) -> tuple[Refusal | None, Likeness | None]:
        """Judge the item by one of its pictures."""
        refusal, likeness = self._compare(Filter.PICTURE, wanted, item, self.pictures.likeness, number)
        if likeness is not None:
            refusal = _refused(Filter.PICTURE, pictures_against(rules.match, likeness, wanted.title, item.title or ""))
        return refusal, likeness

    def _compare(
        self, name: Filter, wanted: Wanted, item: Item, look: Callable[[Picture, Picture], Seen], number: int = 0
    ) -> tuple[Refusal | None, Seen | None]:
        """Compare our picture with one of the item's; return a refusal if one is missing, else the result of `look`."""
        if not (wanted.picture_url or wanted.saved_picture):
            return Refusal(name, OldPictureMissing()), None
        if not item.images:
            return Refusal(name, PictureMissing()), None
        theirs = Picture(item.marketplace, item.images[number])
        try:
            return None, look(Picture(wanted.marketplace, wanted.picture_url or "", wanted.saved_picture), theirs)
        except NoPicture as error:
            return Refusal(name, error.reason), None
        except PictureLater as error:
            if error.picture != theirs:
                raise
            return Refusal(Filter.UNKNOWN, PictureNotNow.of(error.error)), None


def _refused(name: Filter, reason: Reason | None) -> Refusal | None:
    return None if reason is None else Refusal(name, reason)
