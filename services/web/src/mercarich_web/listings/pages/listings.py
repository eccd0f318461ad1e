"""A seller's listings: the table, with its filters in the address, and an export as CSV."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime

from mercarich_contracts.market import Marketplace
from mercarich_web.api.ids import Id
from mercarich_web.listings.browsing import Count, ShowPicture, TellStory
from mercarich_web.listings.export import as_csv
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import LONGEST_SEARCH, Order, View, Wish, packed, unpacked
from mercarich_web.site.addresses import address
from mercarich_web.site.caching import KEPT_FOR_A_SESSION
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import Download
from mercarich_web.site.visits import Seller


def wished(
    view: View = View.ALL,
    q: Annotated[str, Query(max_length=LONGEST_SEARCH)] = "",
    market: Annotated[Marketplace | Literal[""], Query()] = "",
    sort: Order = Order.NEWEST,
) -> Wish:
    """Parse the filters. A form also sends those that are not chosen, as empty texts."""
    return Wish(view, q.strip(), market or None, sort)


Wished = Annotated[Wish, Depends(wished)]
MOST_COUNTED = 1_001
"""Matches are counted up to this number, which stands for "more than a thousand"."""


def routes(
    site: Site, book: SqlListingBook, count: Count, tell_story: TellStory, show_picture: ShowPicture
) -> APIRouter:
    routes = APIRouter(prefix="/listings")

    @routes.get("")
    def table(visit: Seller, wish: Wished, after: Annotated[str, Query(max_length=400)] = "") -> Response:
        user_id = visit.account.user_id
        place = unpacked(after, wish.order) if after else None
        page = book.page(user_id, wish, place)
        figures = count(user_id)
        is_whole = place is None and page.next is None
        narrowed = bool(wish.words or wish.marketplace)
        if is_whole:
            matching = len(page.rows)
        else:
            matching = book.matching(user_id, wish, MOST_COUNTED) if narrowed else figures.of(wish.view)
        return site.page(
            visit,
            "listings/listings.html",
            wish=wish,
            longest_search=LONGEST_SEARCH,
            rows=page.rows,
            figures=figures,
            matching=matching,
            at_least=narrowed and not is_whole and matching == MOST_COUNTED,
            page={
                "first": _address(wish) if place is not None else None,
                "next": _address(wish, after=packed(page.next)) if page.next is not None else None,
            },
            address=lambda **changes: _address(wish, **changes),
        )

    @routes.get("/export.csv")
    def export(visit: Seller, wish: Wished) -> Response:
        file = as_csv(book.export(visit.account.user_id, wish))
        return Download(file, visit.account.username, f"listings-{visit.now:%Y%m%d}.csv")

    @routes.get("/{listing_id}")
    def one(
        visit: Seller,
        listing_id: Id,
        asked: Annotated[AwareDatetime | None, Query()] = None,
        of: Annotated[int, Query(ge=0, le=1)] = 0,
    ) -> Response:
        """The page that explains one listing. `asked`: when Amazon was asked what it shows; `of` 0: it is not read."""
        story = tell_story(visit.account.user_id, listing_id)
        return site.page(visit, "listings/listing.html", story=story, asked=asked, of=of)

    @routes.get("/{listing_id}/pictures/{slot}")
    def picture(visit: Seller, listing_id: Id, slot: Annotated[int, Path(ge=0, le=99)]) -> Response:
        data, kind = show_picture(visit.account.user_id, listing_id, slot)
        return Response(data, media_type=kind, headers=KEPT_FOR_A_SESSION)

    return routes


def _address(wish: Wish, **changes: str | None) -> str:
    """Return the address of the table with these filters, some of them changed; defaults are left out."""
    values: dict[str, str | None] = {
        "view": None if wish.view is View.ALL else wish.view.value,
        "q": wish.words or None,
        "market": wish.marketplace,
        "sort": None if wish.order is Order.NEWEST else wish.order.value,
    } | changes
    return address("/listings", values)
