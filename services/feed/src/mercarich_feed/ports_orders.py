"""What Amazon's notifications of orders need from outside: the queue they come by, and whose orders they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mercarich_feed.domain.order_hints import Outcome


@dataclass(frozen=True, slots=True)
class Message:
    """A message that the queue has lent: it gives it again unless it is deleted in time."""

    body: str = field(repr=False)
    """Not for logs: it has personal data."""
    receipt: str
    """Names this loan for the deletion."""
    receives: int
    """How often the queue has given it, about; from 1."""


class QueueAway(Exception):
    """The queue cannot be reached, or refuses us. The text is for logs: no message is in it."""


class OrderQueue(Protocol):
    """A queue that may lose messages, repeat them, and give them late or in any order. All raise `QueueAway`."""

    def receive(self) -> Sequence[Message]:
        """Wait some seconds for messages and lend some of them, at most ten."""

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete at most ten. One that could not be deleted comes again."""


class Stores(Protocol):
    def readers(self, seller_id: str) -> Mapping[int, bool]:
        """Return the ids of active sellers who have linked this store with a token that works, and of each whether the
        store's orders are read."""


class HintMeter(Protocol):
    def hinted(self, outcome: Outcome, count: int = 1) -> None: ...

    def queue(self, *, away: bool) -> None: ...
