"""Pages of new offers: the form of one, a search of Amazon's catalogue, and the progress of all."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Response

from mercarich_contracts.creations import CONDITION_OF_SOURCE, OfferCondition
from mercarich_reasons.reason import Reason
from mercarich_web.api.ids import MOST, Id
from mercarich_web.creations.progress import Search
from mercarich_web.creations.sql import SqlCreations, ToCreate
from mercarich_web.creations.wishes import LONGEST_QUERY, given, is_jan
from mercarich_web.listings.creating import LONGEST_NOTE, MOST_DAYS, MOST_JPY, by_formula
from mercarich_web.refusals import Refused
from mercarich_web.site.addresses import address
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit

PATH = "/creations"
SearchId = Annotated[int | None, Query(ge=1, le=MOST)]
Price = Annotated[int | None, Form(ge=1, le=MOST_JPY)]
Days = Annotated[int | None, Form(ge=1, le=MOST_DAYS)]


def typed(
    asin: Annotated[str, Form(max_length=300)] = "",
    condition: Annotated[OfferCondition | None, Form()] = None,
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
    price_jpy: Price = None,
    handling_days: Days = None,
) -> dict[str, Any]:
    """Return what was typed into the form, as `given` takes it."""
    return {
        "asin": asin,
        "condition": condition,
        "note": note,
        "price_jpy": price_jpy,
        "handling_days": handling_days,
    }


Typed = Annotated[dict[str, Any], Depends(typed)]


def routes(site: Site, creations: SqlCreations) -> APIRouter:
    routes = APIRouter(prefix=PATH)

    def form(
        visit: Visit,
        one: ToCreate,
        search: Search | None = None,
        chosen: str = "",
        refused: Reason | None = None,
    ) -> Response:
        return site.page(
            visit,
            "creations/form.html",
            200 if refused is None else 409,
            one=one,
            search=search,
            asin=chosen or one.draft.asin or "",
            refused=refused,
            price=by_formula(one.draft, one.rules),
            condition=CONDITION_OF_SOURCE.get(one.draft.condition_code or 0),
            conditions=list(OfferCondition),
            longest_note=LONGEST_NOTE,
            most_days=MOST_DAYS,
            most_jpy=MOST_JPY,
        )

    @routes.get("")
    def progress(visit: Seller) -> Response:
        return site.page(visit, "creations/progress.html", progress=creations.progress(visit.account.user_id))

    @routes.get("/part")
    def part(visit: Seller) -> Response:
        """Return the part of the page that changes; the browser asks for it until nothing is open."""
        return site.page(visit, "creations/part.html", progress=creations.progress(visit.account.user_id))

    @routes.get("/{listing_id}")
    def shown(
        visit: Seller, listing_id: Id, search: SearchId = None, asin: Annotated[str, Query(max_length=10)] = ""
    ) -> Response:
        """The form of a draft; `search`: what was found for it, `asin`: the product that was chosen there."""
        one = creations.to_create(visit.account.user_id, listing_id)
        found = creations.search(visit.account.user_id, search) if search is not None else None
        return form(visit, one, found, asin)

    @routes.get("/{listing_id}/found")
    def found(visit: Seller, listing_id: Id, search: Annotated[int, Query(ge=1, le=MOST)]) -> Response:
        """Return the part of the form with what the catalogue has; the browser asks until it is found."""
        made = creations.search(visit.account.user_id, search)
        return site.page(visit, "creations/found.html", listing_id=listing_id, search=made)

    @routes.post("/{listing_id}/search")
    def search(visit: Seller, listing_id: Id, query: Annotated[str, Form(max_length=LONGEST_QUERY)] = "") -> Response:
        one = creations.to_create(visit.account.user_id, listing_id)
        typed = query.strip() or one.draft.title or one.sku
        asked = creations.ask(visit.account.user_id, typed[:LONGEST_QUERY], is_code=is_jan(typed))
        return site.to(address(f"{PATH}/{one.listing_id}", {"search": asked}))

    @routes.post("/{listing_id}")
    def create(visit: Seller, listing_id: Id, typed: Typed) -> Response:
        """Have the offer created. What cannot be is told on the form, and nothing is sent."""
        user_id = visit.account.user_id
        try:
            refused = creations.create(user_id, listing_id, given(**typed), visit.actor)
        except Refused as error:
            refused = error.reason
        if refused is None:
            return site.to(PATH, "bulk_create", "1")
        return form(visit, creations.to_create(user_id, listing_id), chosen=typed["asin"][:10], refused=refused)

    return routes
