"""Write a seller's decision on an ordered item."""

from sqlalchemy import Connection, Engine, select, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.orders import BUYS, OrderDecision
from mercarich_db.audit import Deed, note_down
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import order_decisions, order_items
from mercarich_listings import store
from mercarich_platform.clock import Clock
from mercarich_reasons.orders import DecidedMeanwhile
from mercarich_web.orders.deciding import Wish
from mercarich_web.refusals import NotFound, Refused

_decision = order_decisions.c


class SqlDecisions:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def decide(self, user_id: int, item_id: int, wish: Wish, by: Actor) -> str:
        """Decide, and return the order's id. A wish that is fulfilled already changes nothing.

        Raises `NotFound` for an item that is not the seller's, and `Refused` where the decision changed since
        `wish.shown`.
        """
        its = order_items.c
        mine = select(its.order_id, its.order_item_id, its.source_item_id)
        mine = mine.where(order_items.c.id == item_id, order_items.c.user_id == user_id)

        def decide(connection: Connection) -> str:
            item = connection.execute(mine).one_or_none()
            if item is None:
                raise NotFound(f"there is no ordered item {item_id}")
            this = (_decision.user_id == user_id, _decision.order_item_id == item.order_item_id)
            nothing = {"user_id": user_id, "order_item_id": item.order_item_id, "revision": 0}
            now = self._now()
            stamp = {"decided_at": now, "decided_by": by.name[:64]}
            insert_missing(connection, order_decisions, [nothing | stamp])
            before = connection.execute(select(order_decisions).where(*this).with_for_update()).one()
            wanted = {"decision": wish.decision, "note": wish.note, "paid_jpy": wish.paid_jpy}
            if wanted == {name: before._mapping[name] for name in wanted}:
                return str(item.order_id)
            if before.revision != wish.shown:
                told = None if before.decision is None else OrderDecision(before.decision)
                raise Refused(DecidedMeanwhile(item.order_id, before.decided_by, before.decided_at, told))
            changed = update(order_decisions).where(*this).values(revision=before.revision + 1, **wanted, **stamp)
            connection.execute(changed)
            if wish.decision in BUYS and wish.decision != before.decision and item.source_item_id is not None:
                store.look_in_turn(connection, [item.source_item_id], now)  # other offers may stand on it
            detail = f"{before.decision or 'nothing'} → {wish.decision or 'nothing'}"
            note_down(connection, Deed(AuditAction.ORDER_DECIDED, by, item.order_id, now, detail, user_id))
            return str(item.order_id)

        return run_tx(self._engine, decide)
