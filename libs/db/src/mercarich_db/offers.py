"""What is written to a listing whose offer comes down, whoever takes it down."""

from datetime import datetime
from typing import Any

from mercarich_db.tables import listings


def down(now: datetime) -> dict[str, Any]:
    """Column -> value: it is not sold any more, and a replacement is searched for."""
    return {
        "quantity": 0,
        "revision": listings.c.revision + 1,
        "searching": True,
        "withdrawn_at": now,
        "changed_at": now,
        "restored_at": None,
        "hold_id": None,
    }
