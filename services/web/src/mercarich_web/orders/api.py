"""A seller's orders, and decisions on them, in the API."""

from fastapi import APIRouter, Depends

from mercarich_contracts.audit import Actor
from mercarich_platform.clock import Clock
from mercarich_web.api.callers import caller
from mercarich_web.api.ids import Id
from mercarich_web.api.reasons import code_of, english
from mercarich_web.database import Together
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account
from mercarich_web.orders import shapes
from mercarich_web.orders.deciding import wished
from mercarich_web.orders.sql.decisions import SqlDecisions
from mercarich_web.orders.sql.orders import SqlOrders
from mercarich_web.orders.sql.profit import SqlProfits
from mercarich_web.paging import Paged
from mercarich_web.site.addresses import Below


def routes(
    keys: Keys, orders: SqlOrders, decisions: SqlDecisions, profits: SqlProfits, now: Clock, together: Together
) -> APIRouter:
    routes = APIRouter(prefix="/orders", tags=["orders"])
    reader = Depends(caller(keys, Scope.LISTINGS_READ))
    writer = Depends(caller(keys, Scope.LISTINGS_WRITE))

    @routes.get("", summary="What is to be bought, the most urgent first; or what was decided, the newest order first")
    def page(decided: bool = False, below: Below = None, account: Account = reader) -> shapes.Orders:
        user_id = account.user_id
        with together():
            found = orders.decided(user_id, below) if decided else Paged(orders.to_buy(user_id), None)
            terms, rate, reads = orders.terms(user_id), shapes.rate(orders.rate(user_id, now())), orders.reads(user_id)
            late = [shapes.late(one) for one in orders.late(user_id, now())]
            to_buy, _ = orders.counts(user_id)
        return shapes.Orders(
            orders=[shapes.order(row, terms) for row in found.rows],
            to_buy=to_buy,
            read_at=reads.read_at,
            problem=english(reads.problem),
            rate=rate,
            late_shipments=late,
            next=found.next,
            **code_of(reads.problem),
        )

    @routes.get("/profit", summary="What bought orders have earned, by months of Japan")
    def profit(account: Account = reader) -> shapes.ProfitByMonth:
        return shapes.profit(profits(account.user_id, now())[0])

    @routes.post("/{item_id}/decision", summary="Decide on an item, or take the decision back", status_code=204)
    def decide(item_id: Id, wish: shapes.DecisionWish, account: Account = writer) -> None:
        by = Actor(f"{account.username} (API)", account.user_id)
        decisions.decide(account.user_id, item_id, wished(wish.decision, wish.shown, wish.note, wish.paid_jpy), by)

    return routes
