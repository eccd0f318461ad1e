"""Everything known about one listing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Engine, Integer, Select, bindparam, or_, select

from mercarich_db.tables import evidence, listing_pictures, listings, revival_candidates, revivals
from mercarich_db.types import Id
from mercarich_web.database import reading
from mercarich_web.listings.offers import Evidence, Found
from mercarich_web.listings.sql.offers import found, select_offers
from mercarich_web.listings.timeline import Candidate, Replacement
from mercarich_web.replacements.sql.searches import LISTING

SHOWN = 50
SELLER: BindParameter[int] = bindparam("seller", type_=Id)


class SqlListingFile:
    """Everything known about one listing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, user_id: int, listing_id: int) -> Found | None:
        with reading(self._engine) as connection:
            row = connection.execute(_offer(), {"seller": user_id, "listing": listing_id}).one_or_none()
        return None if row is None else found(row)

    def id_of(self, user_id: int, sku: str) -> int | None:
        query = select(listings.c.id).where(listings.c.user_id == user_id, listings.c.sku == sku)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def looks(self, source_item_id: int, evidence_ids: Collection[int], limit: int) -> Sequence[Evidence]:
        """Return the newest looks at this source, and these; newest first."""
        values = {"source": source_item_id, "these": sorted(evidence_ids), "most": limit}
        with reading(self._engine) as connection:
            return [Evidence(**row._mapping) for row in connection.execute(_looks(), values)]

    def candidates(self, listing_id: int) -> Sequence[Candidate]:
        """Return candidates of the last search, in the order in which they were judged."""
        with reading(self._engine) as connection:
            return [Candidate(**row._mapping) for row in connection.execute(_candidates(), {"listing": listing_id})]

    def replacements(self, listing_id: int) -> Sequence[Replacement]:
        """Newest first."""
        with reading(self._engine) as connection:
            return [Replacement(**row._mapping) for row in connection.execute(_replacements(), {"listing": listing_id})]

    def pictures(self, user_id: int, listing_id: int) -> Mapping[int, str]:
        """Return the paths of the pictures by slot; slot 0 is the main picture."""
        with reading(self._engine) as connection:
            rows = connection.execute(_pictures(), {"seller": user_id, "listing": listing_id})
            return {row.slot: row.path for row in rows}


@cache
def _offer() -> Select[Any]:
    return select_offers().where(listings.c.user_id == SELLER, listings.c.id == LISTING)


@cache
def _looks() -> Select[Any]:
    columns = [evidence.c[one.name] for one in fields(Evidence)]
    source, these = bindparam("source", type_=Id), bindparam("these", expanding=True, type_=Id)
    which = or_(evidence.c.source_item_id == source, evidence.c.id.in_(these))
    return select(*columns).where(which).order_by(evidence.c.id.desc()).limit(bindparam("most", type_=Integer))


@cache
def _candidates() -> Select[Any]:
    columns = [revival_candidates.c[one.name] for one in fields(Candidate)]
    query = select(*columns).where(revival_candidates.c.listing_id == LISTING)
    return query.order_by(revival_candidates.c.id).limit(SHOWN)


@cache
def _replacements() -> Select[Any]:
    columns = [revivals.c[one.name] for one in fields(Replacement)]
    query = select(*columns).where(revivals.c.listing_id == LISTING)
    return query.order_by(revivals.c.id.desc()).limit(SHOWN)


@cache
def _pictures() -> Select[Any]:
    return (
        select(listing_pictures.c.slot, listing_pictures.c.path)
        .join(listings, listings.c.id == listing_pictures.c.listing_id)
        .where(listings.c.user_id == SELLER, listings.c.id == LISTING)
        .order_by(listing_pictures.c.slot)
    )
