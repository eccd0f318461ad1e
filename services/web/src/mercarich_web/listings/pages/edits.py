"""The form of one listing: its title, ASIN, quantity when listed, price at Amazon, note and handling days."""

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from pydantic import BaseModel, ConfigDict, Json

from mercarich_listings.details import Details
from mercarich_reasons.reason import Reason
from mercarich_web.api.ids import Id
from mercarich_web.listings.creating import MOST_DAYS
from mercarich_web.listings.csv_rows import LONGEST, read_details
from mercarich_web.listings.editing import EditListing
from mercarich_web.refusals import Refused
from mercarich_web.site.plain import UNSEEN
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit

Text = Annotated[str, Form(max_length=2_000)]
_NO_BREAKS = dict.fromkeys(map(ord, "\r\n"), " ")
Texts = Mapping[str, str]
"""The fields of the form, named as the columns of an import are."""
Wrong = Mapping[str, Reason]


class Shown(BaseModel):
    """What the listing had when the form was opened."""

    model_config = ConfigDict(extra="forbid")

    title: str | None
    asin: str | None
    listing_quantity: int
    offer_price_jpy: int | None
    note: str | None = None
    handling_days: int | None = None

    def details(self) -> Details:
        return Details(**self.model_dump())


def _typed(
    title: Text = "",
    asin: Text = "",
    quantity: Text = "",
    price: Text = "",
    handling_days: Text = "",
    note: Annotated[str, Form()] = "",
) -> Texts:
    """Return what was typed. What a page of an earlier release does not have is empty, as it is in its `Shown`."""
    its = {"title": title, "asin": asin, "quantity": quantity, "price": price}
    return {**its, "handling_days": handling_days, "note": note.replace("\r\n", "\n")}


def _texts(details: Details | Shown) -> Texts:
    """Return the fields as a page shows them: without invisible characters, and line breaks, which a browser drops."""
    price, days = details.offer_price_jpy, details.handling_days
    return {
        "title": UNSEEN.sub("", details.title or "").translate(_NO_BREAKS).strip(),
        "asin": details.asin or "",
        "quantity": str(details.listing_quantity),
        "price": "" if price is None else str(price),
        "note": UNSEEN.sub("", details.note or "").strip(),
        "handling_days": "" if days is None else str(days),
    }


def routes(site: Site, edit: EditListing) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    def page(
        visit: Visit,
        listing_id: int,
        touched: Texts | None = None,
        shown: Shown | None = None,
        wrong: Wrong | None = None,
        refused: Reason | None = None,
    ) -> Response:
        """`touched`: what was typed, which stays; the other fields are those of `shown`, else of the listing now."""
        one = edit.show(visit.account, listing_id)
        known = shown or Shown(**{name: getattr(one.details, name) for name in Shown.model_fields})
        values = {
            "one": one,
            "fields": {**_texts(known), **(touched or {})},
            "shown": json.dumps(known.model_dump()),  # ASCII: a page leaves out what is invisible
            "wrong": wrong or {},
            "refused": refused,
            "longest": LONGEST,
            "most_days": MOST_DAYS,
        }
        return site.page(visit, "listings/edit.html", 422 if wrong else 409 if refused else 200, **values)

    @routes.get("/{listing_id}/edit")
    def form(visit: Seller, listing_id: Id) -> Response:
        return page(visit, listing_id)

    @routes.post("/{listing_id}/edit")
    def save(
        visit: Seller,
        listing_id: Id,
        typed: Annotated[Texts, Depends(_typed)],
        shown: Annotated[Json[Shown], Form()],
    ) -> Response:
        """Change what was touched; refused when something else has changed the listing since the form was opened."""
        before = _texts(shown)
        touched = {name: text for name, text in typed.items() if text.strip() != before[name]}
        given, wrong = read_details(touched)
        if wrong:
            return page(visit, listing_id, touched, shown, wrong)
        try:
            edited = edit(visit.account, listing_id, given, visit.actor, shown.details())
        except Refused as error:
            return page(visit, listing_id, touched, refused=error.reason)
        return site.to(f"/listings/{listing_id}", "edited" if edited.changed else "edited_nothing", edited.sku)

    return routes
