"""Items whose state is known, and the result of the last look at each."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownItem:
    """The result of the last look at an item."""

    item_id: str
    state: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CanaryState:
    """A configured canary, with what the last look saw of it."""

    item_id: str
    expected: str
    """on_sale, gone"""
    known: KnownItem | None

    @property
    def is_as_expected(self) -> bool | None:
        """None: not known."""
        if self.known is None or self.known.state == "unknown":
            return None
        return (self.known.state == "available") is (self.expected == "on_sale")
