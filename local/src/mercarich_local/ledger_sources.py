"""Tell the simulator's ledger which sources offers have got, so that it judges pushes by what they rest on.

Only the books know a replacement. `mercarich demo` tells the ledger itself, at its end.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, select

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading
from mercarich_db.tables import amazon_accounts, listing_events, listings, source_items
from mercarich_local import workers
from mercarich_local.market import Row, Simulator
from mercarich_local.ports import HOST
from mercarich_reasons.sources import SourceChosen
from mercarich_reasons.stock import ReplacedBy, ReplacementTakenBack

log = logging.getLogger(__name__)

PAGE = 500
_KINDS = (EventKind.RESTORED, EventKind.SWAPPED, EventKind.UNDONE, EventKind.SOURCE_CHOSEN)


def simulator_of(folder: Path, environment: Mapping[str, str]) -> str | None:
    """Return the simulator's address if it runs here and plays Amazon; its port and feed's address tell that."""
    url = f"http://{HOST}:{environment.get('SIMULATOR_PORT')}"
    plays_amazon = environment.get("FEED_SPAPI_URL", "").startswith(f"{url}/")
    return url if plays_amazon and workers.read(folder, workers.RUNNING).get("simulator") else None


class TellLedger:
    """Tells what is new since the last call; the first call tells everything, which the ledger may know."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._told = 0

    def __call__(self, url: str) -> None:
        """Raises `DatabaseAway`. A simulator that is away is told at the next call."""
        try:
            with Simulator(url) as simulator:
                for event_id, row in self._new():
                    if row is not None:
                        _tell(simulator, row)
                    self._told = event_id
        except httpx.TransportError as error:
            log.warning("the ledger is told of new sources later", extra={"error": str(error)})

    def _new(self) -> Sequence[tuple[int, Row | None]]:
        event = listing_events.c
        query = (
            select(event.id, event.at, event.reason, listings.c.sku, amazon_accounts.c.seller_id)
            .join(listings, listings.c.id == event.listing_id)
            .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
            .where(event.id > self._told, event.kind.in_(_KINDS))
            .order_by(event.id)
            .limit(PAGE)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
            back = [row.reason.source_item_id for row in found if isinstance(row.reason, ReplacementTakenBack)]
            named = select(source_items.c.id, source_items.c.item_id).where(source_items.c.id.in_(back))
            former: Mapping[int, str] = {row.id: row.item_id for row in connection.execute(named)} if back else {}
        return [(row.id, _row(row, former)) for row in found]


def _row(event: Any, former: Mapping[int, str]) -> Row | None:
    """Return what the ledger takes, or None for an event that gives no other source."""
    why = event.reason
    if isinstance(why, ReplacedBy | SourceChosen):
        item_id = why.item_id
    elif isinstance(why, ReplacementTakenBack):
        item_id = former[why.source_item_id]
    else:
        return None
    offer = {"seller_id": event.seller_id, "sku": event.sku}
    return {**offer, "marketplace": why.marketplace.value, "item_id": item_id, "at": event.at.timestamp()}


def _tell(simulator: Simulator, row: Row) -> None:
    try:
        simulator.tell_sources([row])
    except httpx.HTTPStatusError as error:  # an offer or an item that this Amazon, or this market, does not have
        log.info("the ledger knows no such offer or item", extra={"sku": row["sku"], "answer": error.response.text})
