"""What follows a seller's pushes: polling their feeds and reading accepted quantities back."""

from dataclasses import dataclass

from mercarich_feed.use_cases.feeds import FollowFeeds
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.read_back import ReadBack


@dataclass(frozen=True, slots=True)
class FollowSeller:
    """Poll feeds and read back. Each has its own gate, so that a used-up quota of one does not stop the other."""

    feeds: FollowFeeds
    feeds_gate: Gate
    read_back: ReadBack
    reads_gate: Gate

    def __call__(self, user_id: int) -> float | None:
        """Return the seconds until the next turn, or None when nothing is left."""
        times = self.feeds_gate(user_id, self.feeds), self.reads_gate(user_id, self.read_back)
        return min((seconds for seconds in times if seconds is not None), default=None)
