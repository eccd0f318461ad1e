"""Another source for a listing: the item that is pasted is looked at first, and compared with the present one."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Response

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason
from mercarich_web.api.ids import Id
from mercarich_web.listings.chosen import Effect, Item, Shown
from mercarich_web.listings.source_shapes import LONGEST_ADDRESS, LONGEST_ID, MOST
from mercarich_web.listings.sources import ChooseSource
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit


def _shown(
    revision: Annotated[int, Form(ge=0, le=MOST)],
    source_item_id: Annotated[int, Form(ge=0)],
    effect: Annotated[Effect, Form()],
    cost_jpy: Annotated[int, Form(ge=0, le=MOST)],
) -> Shown:
    return Shown(revision, source_item_id, effect, cost_jpy)


def routes(site: Site, choose: ChooseSource) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    def page(
        visit: Visit, listing_id: int, item: Item | None, given: str = "", refused: Reason | None = None
    ) -> Response:
        compared = choose.compare(visit.account, listing_id, item)
        status = 200 if refused is None else 422 if item is None else 409
        shown = {"compared": compared, "given": given, "refused": refused, "query": _query(item)}
        return site.page(visit, "listings/source.html", status, longest=LONGEST_ADDRESS, **shown)

    @routes.get("/{listing_id}/source")
    def compare(
        visit: Seller,
        listing_id: Id,
        market: Annotated[Marketplace | None, Query()] = None,
        item: Annotated[str, Query(max_length=LONGEST_ID)] = "",
    ) -> Response:
        return page(visit, listing_id, (market, item) if market is not None and item else None)

    @routes.get("/{listing_id}/source/part")
    def part(
        visit: Seller,
        listing_id: Id,
        market: Annotated[Marketplace, Query()],
        item: Annotated[str, Query(min_length=1, max_length=LONGEST_ID)],
    ) -> Response:
        """Return the part of the page with both sources; the browser asks until the item was looked at."""
        compared = choose.compare(visit.account, listing_id, (market, item))
        return site.page(visit, "listings/compared.html", compared=compared, query=_query((market, item)))

    @routes.post("/{listing_id}/source/look")
    def look(visit: Seller, listing_id: Id, source: Annotated[str, Form(max_length=LONGEST_ADDRESS)] = "") -> Response:
        try:
            item = choose.look(visit.account, listing_id, source, visit.actor)
        except Refused as error:
            return page(visit, listing_id, None, source, error.reason)
        return site.to(_at(listing_id, item))

    @routes.post("/{listing_id}/source")
    def use(
        visit: Seller,
        listing_id: Id,
        shown: Annotated[Shown, Depends(_shown)],
        market: Annotated[Marketplace, Form()],
        item: Annotated[str, Form(min_length=1, max_length=LONGEST_ID)],
    ) -> Response:
        """Use the item; refused when it, or the listing, is not as this form has shown it."""
        try:
            used = choose.use(visit.account, listing_id, (market, item), shown, visit.actor)
        except Refused as error:
            return page(visit, listing_id, (market, item), refused=error.reason)
        return site.to(f"/listings/{listing_id}", f"source_{used.outcome}", used.sku)

    return routes


def _at(listing_id: int, item: Item) -> str:
    return f"/listings/{listing_id}/source?{_query(item)}"


def _query(item: Item | None) -> str:
    return "" if item is None else urlencode({"market": item[0].value, "item": item[1]})
