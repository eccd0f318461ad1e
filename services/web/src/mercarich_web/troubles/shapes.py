"""Shapes of the system's state in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel

from mercarich_web.api.reasons import Coded


class ItsTrouble(Coded):
    """The `reason_code` names it; more codes may be added."""

    marketplace: str | None
    """null: of the whole system."""
    text: str
    since: datetime | None
    """null: not known."""


class SystemState(BaseModel):
    is_calm: bool
    """Everything was measured lately, and works."""
    troubles: Sequence[ItsTrouble]
