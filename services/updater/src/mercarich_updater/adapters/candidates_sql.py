"""Store all candidates of a listing's last search with what was seen of each: for people, and to preview rules."""

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert

from mercarich_db.glimpses import note_glimpses
from mercarich_db.tables import revival_candidates
from mercarich_replacements.matching import Likeness
from mercarich_replacements.rules import Wanted
from mercarich_updater.ports import Batch, Judged


def keep(connection: Connection, batch: Batch, wanted: Wanted, judged: Sequence[Judged], now: datetime) -> None:
    """Replace the candidates of the listing's earlier search, and note which of the sources it showed open."""
    connection.execute(delete(revival_candidates).where(revival_candidates.c.listing_id.in_(wanted.listing_ids)))
    rows = [
        {"listing_id": listing_id, "run_id": batch.run_id, "searched_at": now, **_row(one)}
        for listing_id in wanted.listing_ids
        for one in judged
    ]
    if rows:
        connection.execute(insert(revival_candidates), rows)
    note_glimpses(connection, [one.item for one in judged], now)


def _row(one: Judged) -> dict[str, Any]:
    item = one.item
    return {
        "marketplace": item.marketplace,
        "item_id": item.item_id,
        "url": (item.url or item.evidence.url)[:512],
        "title": item.title and item.title[:255],
        "price_jpy": item.price_jpy,
        "refused_by": one.refusal and one.refusal.filter,
        "reason": one.refusal and one.refusal.reason,
        "page_seen": one.page_seen,
        "seller_id": item.seller_id and item.seller_id[:64],
        "rating_good": item.seller_rating_good,
        "rating_bad": item.seller_rating_bad,
        "condition_code": item.condition_code,
        "shipping_payer": item.shipping_payer,
        "shipping_cost_jpy": item.shipping_cost_jpy,
        "ships_from": item.ships_from and item.ships_from[:64],
        "ship_days_max": item.ship_days_max,
        "image_url": next((url for url in item.images[:1] if len(url) <= 512), None),
        "quick_correlation": _finite(one.quick),
        **_likeness(one),
    }


def _likeness(one: Judged) -> dict[str, float | None]:
    if one.likeness is None:
        return {field.name: None for field in fields(Likeness)}
    return {name: _finite(value) for name, value in asdict(one.likeness).items()}


def _finite(number: float | None) -> float | None:
    """Return None for NaN and infinity, which MariaDB cannot store."""
    return number if number is not None and math.isfinite(number) else None
