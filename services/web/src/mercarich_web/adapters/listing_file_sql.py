"""`ports_listings.ListingFile` over the tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields

from sqlalchemy import Engine, or_, select

from mercarich_db.tables import evidence, listing_pictures, listings, revival_candidates, revivals
from mercarich_web.adapters.database import reading
from mercarich_web.adapters.offers_sql import found_by
from mercarich_web.domain.offers import Evidence
from mercarich_web.domain.timeline import Candidate, Replacement
from mercarich_web.ports import Found

SHOWN = 50


class SqlListingFile:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, user_id: int, listing_id: int) -> Found | None:
        query = found_by(listings.c.user_id == user_id, listings.c.id == listing_id)
        with reading(self._engine) as connection:
            rows = query(connection)
        return rows[0] if rows else None

    def looks(self, source_item_id: int, evidence_ids: Collection[int], limit: int) -> Sequence[Evidence]:
        columns = [evidence.c[one.name] for one in fields(Evidence)]
        these = or_(evidence.c.source_item_id == source_item_id, evidence.c.id.in_(sorted(evidence_ids)))
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).where(these).order_by(evidence.c.id.desc()).limit(limit))
            return [Evidence(**row._mapping) for row in rows]

    def candidates(self, listing_id: int) -> Sequence[Candidate]:
        columns = [revival_candidates.c[one.name] for one in fields(Candidate)]
        query = select(*columns).where(revival_candidates.c.listing_id == listing_id).order_by(revival_candidates.c.id)
        with reading(self._engine) as connection:
            return [Candidate(**row._mapping) for row in connection.execute(query.limit(SHOWN))]

    def replacements(self, listing_id: int) -> Sequence[Replacement]:
        columns = [revivals.c[one.name] for one in fields(Replacement)]
        query = select(*columns).where(revivals.c.listing_id == listing_id).order_by(revivals.c.id.desc())
        with reading(self._engine) as connection:
            return [Replacement(**row._mapping) for row in connection.execute(query.limit(SHOWN))]

    def pictures(self, user_id: int, listing_id: int) -> Mapping[int, str]:
        query = (
            select(listing_pictures.c.slot, listing_pictures.c.path)
            .join(listings, listings.c.id == listing_pictures.c.listing_id)
            .where(listings.c.user_id == user_id, listings.c.id == listing_id)
            .order_by(listing_pictures.c.slot)
        )
        with reading(self._engine) as connection:
            return {row.slot: row.path for row in connection.execute(query)}
