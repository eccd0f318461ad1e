"""What the page of a seller's rules needs. Every method raises `ports.DatabaseAway`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.rules import OwnRule


class Rules(Protocol):
    def of(self, user_id: int) -> Sequence[OwnRule]: ...

    def change(self, user_id: int, values: Mapping[str, str | None], by: str, now: datetime) -> None:
        """All of them, or none; None goes back to the general value. Raises `BadRule`."""
