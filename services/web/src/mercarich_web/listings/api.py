"""What programs change: one or many listings, and decisions on replacements."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from mercarich_contracts.audit import Actor
from mercarich_contracts.market import Marketplace
from mercarich_web.api.callers import caller
from mercarich_web.api.etags import ETAG, OUTDATED, IfMatch, etag, matching
from mercarich_web.api.ids import Id
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.listings import edit_shapes, price_shapes, shapes, source_shapes
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.browsing import TellStory
from mercarich_web.listings.bulk import ChangeMany
from mercarich_web.listings.choices import Choice
from mercarich_web.listings.csv_rows import read_details
from mercarich_web.listings.editing import EditListing
from mercarich_web.listings.export import as_csv
from mercarich_web.listings.limits import LimitLoss
from mercarich_web.listings.prices import MOST_REVISION, PriceAction, SetPrices
from mercarich_web.listings.sources import ChooseSource
from mercarich_web.listings.sql.book import SqlListingBook
from mercarich_web.listings.views import LONGEST_SEARCH, Order, View, Wish, packed, unpacked
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.site.shares import Download


def sources(keys: Keys, choose: ChooseSource) -> APIRouter:
    """Come before `changes`, whose actions are any word in their place."""
    routes = APIRouter(prefix="/listings", tags=["listings"])
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.post("/{listing_id}/source/look", summary="Have an item looked at, and compare it with the present source")
    def look(listing_id: Id, wish: source_shapes.ItemLookWish, account: Account = writer) -> source_shapes.ItemBeside:
        by = Actor(f"{account.username} (API)", account.user_id)
        item = choose.look(account, listing_id, wish.source, by)
        return source_shapes.compared(choose.compare(account, listing_id, item), choose.now())

    @routes.post("/{listing_id}/source", summary="Give one listing another source, which a look has just found on sale")
    def use(listing_id: Id, wish: source_shapes.ChosenSource, account: Account = writer) -> source_shapes.SourceGiven:
        by = Actor(f"{account.username} (API)", account.user_id)
        item = (wish.marketplace, wish.item_id)
        used = choose.use(account, listing_id, item, wish.shown, by)
        return source_shapes.SourceGiven(sku=used.sku, outcome=used.outcome)

    return routes


def edits(keys: Keys, edit: EditListing) -> APIRouter:
    """Comes before `changes`, as `sources` does."""
    routes = APIRouter(prefix="/listings", tags=["listings"])
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.post(
        "/{listing_id}/edit",
        summary="Change title, ASIN, quantity when listed and price of one listing here",
        responses=ETAG | OUTDATED,
    )
    def save(
        listing_id: Id,
        wish: edit_shapes.EditWish,
        response: Response,
        if_match: IfMatch = None,
        account: Account = writer,
    ) -> edit_shapes.ListingEdited:
        """With If-Match, only what was read is changed: 412 says that it has changed since."""
        given, wrong = read_details(wish.texts)
        for problem in wrong.values():
            raise Refused(problem)
        by = Actor(f"{account.username} (API)", account.user_id)
        edited = edit(account, listing_id, given, by, matching(if_match))
        response.headers["ETag"] = etag(edited.version)
        return edit_shapes.edited(edited)

    return routes


def changes(keys: Keys, change: ChangeMany, limit: LimitLoss, prices: SetPrices) -> APIRouter:
    routes = APIRouter(prefix="/listings", tags=["listings"])
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    def apply(account: Account, action: BulkAction, ids: list[int]) -> shapes.Changed:
        choice = Choice(ids=tuple(ids))
        chosen = change.preview(account, action, choice).chosen
        if chosen == 0:
            raise NotFound("none of these listings is yours")
        by = Actor(f"{account.username} (API)", account.user_id)
        applied = change.apply(account, action, choice, by)
        undo = applied.at if applied.changed and ACTIONS[action].undo else None
        return shapes.Changed(chosen=chosen, changed=applied.changed, undo=undo)

    @routes.post("/undo", summary="Take an action back that can be, of what nobody has changed since")
    def undo(wish: shapes.UndoWish, account: Account = writer) -> shapes.Undone:
        by = Actor(f"{account.username} (API)", account.user_id)
        return shapes.Undone(changed=change.undo(account, wish.undo, by).changed)

    @routes.post("/actions", summary="Do one of the actions to those of these listings that it fits")
    def many(wish: shapes.ActionWish, account: Account = writer) -> shapes.Changed:
        return apply(account, wish.action, wish.listings)

    @routes.post("/{listing_id}/limit", summary="Set the least profit of one listing, in place of the loss rule")
    def set_limit(listing_id: Id, wish: shapes.LimitWish, account: Account = writer) -> shapes.Limited:
        by = Actor(f"{account.username} (API)", account.user_id)
        limit(account, listing_id, wish.least_profit_jpy, by, put_up=wish.put_up)
        return shapes.Limited(least_profit_jpy=wish.least_profit_jpy)

    @routes.post("/{listing_id}/prices", summary="Set between which prices one listing follows its source")
    def set_prices(listing_id: Id, wish: price_shapes.PricesWish, account: Account = writer) -> price_shapes.PricesWish:
        by = Actor(f"{account.username} (API)", account.user_id)
        prices.bound(account, listing_id, wish.least_price_jpy, wish.most_price_jpy, by)
        return wish

    @routes.post("/{listing_id}/prices/{action}", summary="Stop, resume, or take back the last change of the price")
    def act_on_price(
        listing_id: Id,
        action: PriceAction,
        revision: Annotated[
            int | None,
            Query(ge=0, le=MOST_REVISION, description="of what is taken back: `price.revision`"),
        ] = None,
        account: Account = writer,
    ) -> price_shapes.PriceActed:
        by = Actor(f"{account.username} (API)", account.user_id)
        return price_shapes.PriceActed(sku=prices.act(account, listing_id, action, by, revision))

    @routes.post("/{listing_id}/{action}", summary="The same with one listing")
    def one(listing_id: Id, action: BulkAction, account: Account = writer) -> shapes.Changed:
        return apply(account, action, [listing_id])

    return routes


def wished(
    view: View = View.ALL,
    q: Annotated[
        str, Query(max_length=LONGEST_SEARCH, description="in SKU or title, or a whole ASIN, source id or address")
    ] = "",
    market: Marketplace | None = None,
    sort: Order = Order.NEWEST,
) -> Wish:
    return Wish(view, q.strip(), market.value if market is not None else None, sort)


Wished = Annotated[Wish, Depends(wished)]


def routes(keys: Keys, book: SqlListingBook, tell_story: TellStory, edit: EditListing) -> APIRouter:
    routes = APIRouter(prefix="/listings", tags=["listings"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))

    @routes.get("", summary="A page of listings; `next` leads to the following one")
    def page(
        wish: Wished, after: Annotated[str, Query(max_length=400)] = "", account: Account = reader
    ) -> shapes.Listings:
        found = book.page(account.user_id, wish, unpacked(after, wish.order) if after else None)
        following = packed(found.next) if found.next is not None else None
        return shapes.Listings(listings=[shapes.listing(row) for row in found.rows], next=following)

    @routes.get(
        "/export.csv",
        summary="All that match, as an import takes them back",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    def export(wish: Wished, account: Account = reader) -> StreamingResponse:
        return Download(as_csv(book.export(account.user_id, wish)), account.username)

    @routes.get(
        "/{listing_id}", summary="One listing, why it stands as it does, and all that happened to it", responses=ETAG
    )
    def one(listing_id: Id, response: Response, account: Account = reader) -> shapes.Told:
        # Read first: what changes until the story is read makes the tag an old one, and never the other way round.
        response.headers["ETag"] = etag(edit.show(account, listing_id).version)
        return shapes.told(tell_story(account.user_id, listing_id))

    return routes
