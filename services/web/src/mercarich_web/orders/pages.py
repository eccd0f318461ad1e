"""A seller's orders: what is to be bought, the seller's decision on each, and what the bought ones have earned."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from fastapi.responses import PlainTextResponse

from mercarich_contracts.orders import OrderDecision
from mercarich_reasons.reason import Reason
from mercarich_web.api.ids import Id
from mercarich_web.cancellations import late
from mercarich_web.cancellations.rate import LIMIT
from mercarich_web.database import Together
from mercarich_web.orders.cancellation_file import cancellation_file
from mercarich_web.orders.deciding import LONGEST_NOTE, MOST_PAID, Revision, wished
from mercarich_web.orders.profit_csv import profit_csv
from mercarich_web.orders.sql.decisions import SqlDecisions
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits
from mercarich_web.orders.words import BUYER_TEXT
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.site.addresses import Below, address
from mercarich_web.site.caching import KEPT_FOR_A_SESSION
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Seller, Visit

PATH = "/orders"
TAKE_BACK = "take_back"
Note = Annotated[str, Form(max_length=LONGEST_NOTE)]
Paid = Annotated[int | None, Form(ge=0, le=MOST_PAID)]
Shown = Annotated[Revision, Form()]
Choice = Annotated[OrderDecision | Literal["take_back"], Form()]


@dataclass(frozen=True, slots=True)
class OrderPage:
    site: Site
    orders: SqlOrders
    together: Together

    def __call__(self, visit: Visit, below: int | None = None, refused: Reason | None = None) -> Response:
        user_id = visit.account.user_id
        with self.together():
            decided = self.orders.decided(user_id, below, but_to_cancel=True)
            number, number_to_cancel = self.orders.counts(user_id)
            told = {
                "to_buy": self.orders.to_buy(user_id) if below is None else [],
                "to_cancel": self.orders.to_cancel(user_id) if below is None else [],
                "rate": self.orders.rate(user_id, visit.now),
                "late": self.orders.late(user_id, visit.now),
                "reads": self.orders.reads(user_id),
                "terms": self.orders.terms(user_id),
            }
        return self.site.page(
            visit,
            "orders/orders.html",
            200 if refused is None else 409,
            **told,
            refused=refused,
            number=number,
            number_to_cancel=number_to_cancel,
            decided=decided.rows,
            limit=LIMIT,
            late_limit=late.LIMIT,
            most_paid=MOST_PAID,
            longest_note=LONGEST_NOTE,
            buyer_text=BUYER_TEXT,
            page={
                "first": PATH if below is not None else None,
                "next": address(PATH, {"below": decided.next}) if decided.next is not None else None,
            },
        )


def routes(
    site: Site, orders: SqlOrders, decisions: SqlDecisions, profits: SqlProfits, together: Together
) -> APIRouter:
    routes = APIRouter(prefix=PATH)
    page = OrderPage(site, orders, together)

    @routes.get("")
    def shown(visit: Seller, below: Below = None) -> Response:
        return page(visit, below)

    @routes.get("/profit")
    def profit(visit: Seller) -> Response:
        with together():
            found, terms = profits(visit.account.user_id, visit.now)
            reads = orders.reads(visit.account.user_id)
        return site.page(visit, "orders/profit.html", found=found, terms=terms, reads=reads)

    @routes.get("/profit.csv")
    def profit_file(visit: Seller) -> Response:
        found, _ = profits(visit.account.user_id, visit.now)
        name = f'attachment; filename="profit-{found.months[0].month if found.months else "none"}.csv"'
        return Response(profit_csv(found), media_type="text/csv", headers={"Content-Disposition": name})

    routes.include_router(_of_one_item(site, page, orders, decisions))
    return routes


def _of_one_item(site: Site, page: OrderPage, orders: SqlOrders, decisions: SqlDecisions) -> APIRouter:
    routes = APIRouter(prefix="/{item_id}")

    @routes.get("/pictures/{source_id}")
    def picture(visit: Seller, item_id: Id, source_id: Id) -> Response:
        """Send the picture of what was found for an order, as it was compared; never from the marketplace."""
        jpeg = orders.picture(visit.account.user_id, item_id, source_id)
        if jpeg is None:
            raise NotFound(f"there is no picture of {source_id} for the ordered item {item_id}")
        return Response(jpeg, media_type="image/jpeg", headers=KEPT_FOR_A_SESSION)

    @routes.post("/decision")
    def decide(
        visit: Seller, item_id: Id, decision: Choice, shown: Shown, note: Note = "", paid_jpy: Paid = None
    ) -> Response:
        """Decide on one item. What was decided meanwhile in another tab is told, and nothing changes."""
        chosen = None if decision == TAKE_BACK else OrderDecision(decision)
        try:
            wish = wished(chosen, shown, note, paid_jpy)
            order_id = decisions.decide(visit.account.user_id, item_id, wish, visit.actor)
        except Refused as refused:
            return page(visit, refused=refused.reason)
        if chosen is OrderDecision.CANNOT_BE_SOURCED:
            return site.to(f"{PATH}#order-{item_id}", "order_not_sourced", order_id)
        return site.to(PATH, "order_decided" if chosen else "order_taken_back", order_id)

    @routes.get("/cancellation.txt")
    def cancellation(visit: Seller, item_id: Id) -> Response:
        """Return the file that cancels the item at Amazon, of an open order that cannot be sourced."""
        item = orders.one(visit.account.user_id, item_id)
        if not item.can_be_cancelled:
            raise NotFound(f"item {item_id} is not to be cancelled")
        name = f'attachment; filename="cancel-{item_id}.txt"'
        return PlainTextResponse(cancellation_file(item), headers={"Content-Disposition": name})

    return routes
