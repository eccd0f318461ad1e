"""Items whose state is known, and what the last look at them saw."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What the last look at an item saw."""

    item_id: str
    state: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CanaryState:
    """A canary of the settings against what was seen of it last."""

    item_id: str
    expected: str
    """on_sale, gone"""
    known: KnownItem | None

    @property
    def is_as_expected(self) -> bool | None:
        """None: nobody knows."""
        if self.known is None or self.known.state == "unknown":
            return None
        return (self.known.state == "available") is (self.expected == "on_sale")
