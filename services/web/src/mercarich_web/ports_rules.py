"""What the page of a seller's rules needs. Every method raises `DatabaseAway`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mercarich_contracts.audit import Actor
from mercarich_replacements.rules import Rules as HeldRules
from mercarich_web.domain.rule_trials import Searched
from mercarich_web.domain.rules import OwnRule


class Rules(Protocol):
    def of(self, user_id: int) -> Sequence[OwnRule]: ...

    def change(self, user_id: int, values: Mapping[str, str | None], by: Actor, now: datetime) -> None:
        """All of them, or none; None goes back to the general value. Raises `BadRule`."""

    def checks(self, user_id: int, value: str) -> int:
        """Checks a day, as they were typed. Raises `BadRule` for more than the seller's plan allows."""


class Trials(Protocol):
    def rules(self, user_id: int, instead: Mapping[str, str]) -> HeldRules:
        """Those that hold, with other values instead. Raises `BadRule`."""

    def searches(self, user_id: int, limit: int) -> Sequence[Searched]:
        """Of listings that still want a replacement, the last changed first."""
