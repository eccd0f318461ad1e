"""The columns that change when a listing is withdrawn, for all who withdraw."""

from datetime import datetime
from typing import Any

from mercarich_db.tables import listings


def down(now: datetime) -> dict[str, Any]:
    """Return column -> value: the listing is no longer sold, and a replacement is searched for."""
    return {
        "quantity": 0,
        "revision": listings.c.revision + 1,
        "searching": True,
        "withdrawn_at": now,
        "changed_at": now,
        "restored_at": None,
        "hold_id": None,
    }
