"""How far the changes of an action on many listings have come at Amazon. No I/O."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
ENOUGH = 10
"""Changes at Amazon from which their pace tells when the others follow."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the listings that an action has changed at a time, how many are where. All counts together are `changed`."""

    at: datetime
    """The time of the action."""
    arrived: int
    """Amazon has accepted the quantity, and nothing has changed it since."""
    waiting: int
    """Sent in turn."""
    unseen: int
    """Sent once the source was seen on sale again."""
    refused: int
    """Amazon refused the quantity; it is sent again after a while."""
    overtaken: int
    """Changed again since, at Amazon already or not; or deleted, or not an offer that can be sent any more."""

    @property
    def changed(self) -> int:
        return self.arrived + self.open + self.overtaken

    @property
    def open(self) -> int:
        return self.waiting + self.unseen + self.refused

    def asks_again(self, now: datetime) -> int | None:
        """Return the seconds after which the page asks again; None: no more, as nothing is open or moves for a day."""
        if not self.open or now - self.at > DAY:
            return None
        return 3 if self.waiting else 30

    def ends_at(self, now: datetime) -> datetime | None:
        """Return when the last one is sent at the pace so far; None while the pace is not known, or nothing waits."""
        if self.arrived < ENOUGH or not self.waiting:
            return None
        each: timedelta = (now - self.at) / self.arrived
        return now + each * self.waiting
