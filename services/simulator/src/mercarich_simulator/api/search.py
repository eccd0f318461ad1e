"""searchListingsItems of the Listings Items API 2021-08-01: some of a seller's offers, by SKU, ASIN or filters.

What is not for merchants or not in this market is refused or finds nothing: `variationParentSku`,
`packageHierarchySku`, other types of identifiers.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from mercarich_simulator.amazon.offers import Offer
from mercarich_simulator.api.items import Items, statuses
from mercarich_simulator.api.listings import bad_input, refusal
from mercarich_simulator.catalogue import AmazonSeller
from mercarich_simulator.web import Reply, Request, json_reply
from mercarich_simulator.world import World

MAX_PAGE, DEFAULT_PAGE = 20, 10
MAX_IDENTIFIERS = 20
MAX_RESULTS = 1_000
"""Most items that can be paged through, however many were found."""


class Wrong(Exception):
    """The request gets a 400; the text says why."""


class Search:
    """Handle GET /listings/2021-08-01/items/{sellerId}."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items = Items(world)

    def search(self, seller: AmazonSeller, request: Request) -> Reply:
        wrong = refusal(seller, request.path.rpartition("/")[2], request)
        if wrong:
            return wrong
        try:
            size = _number(request.query.get("pageSize"), DEFAULT_PAGE, MAX_PAGE)
            first = _place(request.query.get("pageToken"))
            found = self._sorted(self._found(seller, request), request.query)
        except (Wrong, ValueError) as error:
            return bad_input(str(error))
        page = found[first : min(first + size, MAX_RESULTS)]
        answer: dict[str, Any] = {
            "numberOfResults": len(found),
            "items": [self._items.described(offer, request) for offer in page],
        }
        tokens = {}
        if first + size < min(len(found), MAX_RESULTS):
            tokens["nextToken"] = _token(first + size)
        if first:
            tokens["previousToken"] = _token(max(0, first - size))
        return json_reply(answer | ({"pagination": tokens} if tokens else {}))

    def _found(self, seller: AmazonSeller, request: Request) -> Iterable[Offer]:
        query = request.query
        asked = self._asked(seller, query)
        wanted, unwanted = _listed(query, "withStatus"), _listed(query, "withoutStatus")
        severities = _listed(query, "withIssueSeverity")
        created = _times(query, "created")
        updated = _times(query, "lastUpdated")
        for offer in asked:
            status = set(statuses(offer))
            if (wanted and not wanted <= status) or unwanted & status:
                continue
            if severities and (offer.issue is None or "ERROR" not in severities):
                continue
            if _within(self._items.created_at(offer), created) and _within(self._items.updated_at(offer), updated):
                yield offer

    def _asked(self, seller: AmazonSeller, query: dict[str, str]) -> Iterable[Offer]:
        identifiers, kind = _listed(query, "identifiers"), query.get("identifiersType")
        if bool(identifiers) != bool(kind):
            raise Wrong("identifiers and identifiersType are required together.")
        if len(identifiers) > MAX_IDENTIFIERS:
            raise Wrong(f"identifiers may hold {MAX_IDENTIFIERS} values.")
        if kind == "SKU":
            offers = (self._world.offers.get(seller.seller_id, sku) for sku in identifiers)
            return [offer for offer in offers if offer is not None]
        everything = self._world.offers.of_seller(seller)
        return [
            offer for offer in everything if not kind or (kind == "ASIN" and self._items.asin(offer) in identifiers)
        ]

    def _sorted(self, offers: Iterable[Offer], query: dict[str, str]) -> Sequence[Offer]:
        keys = {
            "sku": lambda offer: (0.0, offer.sku),
            "createdDate": lambda offer: (self._items.created_at(offer), offer.sku),
            "lastUpdatedDate": lambda offer: (self._items.updated_at(offer), offer.sku),
        }
        by, order = query.get("sortBy", "lastUpdatedDate"), query.get("sortOrder", "DESC")
        if by not in keys or order not in {"ASC", "DESC"}:
            raise Wrong("sortBy must be sku, createdDate or lastUpdatedDate; sortOrder must be ASC or DESC.")
        return sorted(offers, key=keys[by], reverse=order == "DESC")


def _listed(query: dict[str, str], name: str) -> set[str]:
    return {value for value in query.get(name, "").split(",") if value}


def _number(text: str | None, default: int, most: int) -> int:
    number = default if text is None else int(text)
    if not 1 <= number <= most:
        raise Wrong(f"pageSize must be between 1 and {most}.")
    return number


def _times(query: dict[str, str], name: str) -> tuple[float, float]:
    after, before = query.get(f"{name}After"), query.get(f"{name}Before")
    begin = datetime.fromisoformat(after).timestamp() if after else 0.0
    return begin, datetime.fromisoformat(before).timestamp() if before else float("inf")


def _within(at: float, times: tuple[float, float]) -> bool:
    return times[0] <= at <= times[1]


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"page:{place}".encode()).decode()


def _place(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).removeprefix(b"page:"))
    except (ValueError, binascii.Error) as error:
        raise Wrong("pageToken is not one of this API.") from error
