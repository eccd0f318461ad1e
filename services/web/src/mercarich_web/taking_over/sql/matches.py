"""Write what a seller asks for and names: a read of the offers, and their sources."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from mercarich_db.bulk import insert_missing, update_rows
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, amazon_offer_reads, amazon_offers_found
from mercarich_listings.matching import SourceOf
from mercarich_reasons.offers import OffersBeingRead, OffersReadOften
from mercarich_web.refusals import Refused

_found, _read = amazon_offers_found.c, amazon_offer_reads.c


class SqlMatches:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, user_id: int, now: datetime, most: int, within: timedelta) -> None:
        """Have the offers read, at most so often. Raises `Refused`."""
        mine = _read.user_id == user_id
        locked = select(amazon_offer_reads).where(mine).with_for_update()

        def ask(connection: Connection) -> None:
            row = connection.execute(locked).one_or_none()
            if row is None:
                seller_id = select(amazon_accounts.c.seller_id).where(amazon_accounts.c.user_id == user_id)
                first = {
                    "user_id": user_id,
                    "seller_id": connection.execute(seller_id).scalar_one(),
                    "state": "waiting",
                }
                none = {"number": 0, "attempts": 0, "found": 0, "unreadable": 0}
                asked = {"asked_at": now, "asked": 1, "asked_from": now, "next_at": now}
                insert_missing(connection, amazon_offer_reads, [first | none | asked])
                return
            if row.begun_at is None or row.asked_at > row.begun_at or row.state not in ("done", "failed"):
                raise Refused(OffersBeingRead())
            is_new_day = now - row.asked_from >= within
            if row.asked >= most and not is_new_day:
                raise Refused(OffersReadOften(most, int(within.total_seconds()) // 3600))
            counted = {"asked": 1, "asked_from": now} if is_new_day else {"asked": row.asked + 1}
            connection.execute(update(amazon_offer_reads).where(mine).values(asked_at=now, **counted))

        run_tx(self._engine, ask)

    def match(self, user_id: int, sources: Mapping[str, SourceOf | None]) -> int:
        """Set the sources of these SKUs; None: none is known any more. Return how many offers there are of them."""

        def match(connection: Connection) -> int:
            these = (_found.user_id == user_id, _found.sku.in_(list(sources)))
            rows = connection.execute(select(_found.id, _found.sku).where(*these).with_for_update()).all()
            return update_rows(connection, amazon_offers_found, [_values(row.id, sources[row.sku]) for row in rows])

        return run_tx(self._engine, match)


def _values(id: int, source: SourceOf | None) -> dict[str, object]:
    if source is None:
        return {"id": id, "marketplace": None, "item_id": None, "matched_by": None}
    return {"id": id, "marketplace": source.marketplace, "item_id": source.item_id, "matched_by": source.by}
