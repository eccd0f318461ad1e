"""Input of a bulk search: keywords, or addresses of the marketplaces' result pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SEARCHED, SITES
from mercarich_reasons.jobs import (
    KeywordTooLong,
    NoAddress,
    NoKeyword,
    NoPrice,
    NoResultPage,
    NoSearch,
    NotSearched,
    SearchTooLong,
    TooManySearches,
)
from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal

MOST_QUERIES = 200
MOST_PAGES = 100
"""Most pages of one query, as the proxies' contract allows."""
LONGEST_KEYWORD = 200
"""Longest keyword in characters, as the proxies' contract allows."""
LONGEST_GIVEN = 1000
_MOST_YEN = 100_000_000


class BadQuery(Refusal):
    """A line is not a search; the reason names the line and says what was expected."""


@dataclass(frozen=True, slots=True)
class Query:
    """One search on one marketplace."""

    given: str
    """The line as it was typed."""
    marketplace: Marketplace
    keyword: str
    price_min: int | None = None
    price_max: int | None = None
    conditions: tuple[int, ...] = ()
    page: int = 0
    tries: int = 0


_PAGES = {name: site.search_page for name, site in SITES.items() if site.search_page is not None}


def read_queries(
    given: Sequence[str], marketplaces: Sequence[Marketplace], price_min: int | None, price_max: int | None
) -> list[Query]:
    """Return one query per marketplace for a keyword, one query for an address; duplicates count once.

    The prices apply to keywords; an address contains its own. Raises `BadQuery`.
    """
    found: dict[tuple[object, ...], Query] = {}
    for text in (each.strip() for each in given):
        for query in _read(text, marketplaces, price_min, price_max):
            if not SITES[query.marketplace].searches:
                raise BadQuery(NotSearched(query.marketplace))
            key = (query.marketplace, query.keyword, query.price_min, query.price_max, query.conditions)
            found.setdefault(key, query)
    if not found:
        raise BadQuery(NoSearch())
    if len(found) > MOST_QUERIES:
        raise BadQuery(TooManySearches(len(found), MOST_QUERIES))
    return list(found.values())


def _read(text: str, marketplaces: Sequence[Marketplace], low: int | None, high: int | None) -> list[Query]:
    if not text:
        return []
    if len(text) > LONGEST_GIVEN:
        raise BadQuery(SearchTooLong(text[:40], LONGEST_GIVEN))
    if text.lower().startswith(("http://", "https://")):
        return [_of_address(text)]
    return [Query(text, each, _keyword(text, text), low, high) for each in marketplaces]


def _of_address(text: str) -> Query:
    try:
        address = urlsplit(text)
        parameters = parse_qs(address.query, max_num_fields=100)
    except ValueError:
        raise BadQuery(NoAddress(text[:80])) from None
    for marketplace, page in _PAGES.items():
        if address.hostname == page.host and address.path.rstrip("/") == page.path:
            keyword = _first(parameters, page.keyword)
            return Query(
                text,
                marketplace,
                _keyword(keyword, text),
                _yen(_first(parameters, page.price_min), text),
                _yen(_first(parameters, page.price_max), text),
                _conditions(_first(parameters, (page.condition,))),
            )
    expected = tuple(page.address for page in _PAGES.values())
    raise BadQuery(NoResultPage(text[:80], expected))


def _keyword(keyword: str, given: str) -> str:
    text = " ".join(keyword.split())
    if not text or not text.isprintable():
        raise BadQuery(NoKeyword(given[:80]))
    if len(text) > LONGEST_KEYWORD:
        raise BadQuery(KeywordTooLong(given[:40], len(text), LONGEST_KEYWORD))
    return text


def _yen(text: str, given: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= _MOST_YEN):
        raise BadQuery(NoPrice(given[:80], text[:20]))
    return int(text)


def _conditions(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(each) for each in text.split(",") if each in ("1", "2", "3", "4", "5", "6")}))


def _first(parameters: dict[str, list[str]], names: Sequence[str]) -> str:
    return next((parameters[name][0] for name in names if name in parameters), "")


class MarketAway(Refusal):
    """The marketplace cannot be searched for now; the reason says why."""

    def __init__(self, reason: Reason, after_seconds: float) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class Unusable(Refusal):
    """The search, or the marketplace's response to it, cannot be used; the reason says why."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The queries of a bulk search and its limits."""

    given: Sequence[str]
    marketplaces: Sequence[Marketplace] = SEARCHED
    price_min: int | None = None
    price_max: int | None = None
    pages: int = 3
