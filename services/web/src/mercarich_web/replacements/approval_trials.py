"""What a rule that is typed in, but not saved, would have approved by itself in the last month, and what was done."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mercarich_reasons.reason import Reason
from mercarich_replacements.approval import ApprovalRule, Day, Facts, misses

PERIOD = timedelta(days=30)
SHOWN = 10
MOST = 5_000
"""Most replacements that are tried, the newest ones."""


class Outcome(StrEnum):
    """What became of a replacement that waited."""

    APPROVED = "approved"
    """By a person."""
    DECLINED = "declined"
    """By a person."""
    EXPIRED = "expired"
    """Nobody decided while it was needed."""
    BY_RULE = "by_rule"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Found:
    """A replacement that waited, with what was known of it when it was found."""

    listing_id: int
    sku: str
    title: str | None
    at: datetime
    facts: Facts
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ApprovalTrial:
    found: int
    """Number of all that were found in the period, at most `MOST`."""
    is_cut: bool
    """Whether there were more."""
    unknown: int
    """Number of those of which an earlier release kept nothing."""
    approved: int
    outcomes: Mapping[Outcome, int]
    """What became of those that the rule would have approved."""
    first: Sequence[Found]
    """The first `SHOWN` of these, the newest first."""


def approval_trial(found: Sequence[Found], rule: ApprovalRule) -> ApprovalTrial:
    """`found`: the newest first, one more than `MOST` when there are more."""
    tried = found[:MOST]
    fitting = [one for one in tried if not misses(one.facts, rule)]
    return ApprovalTrial(
        found=len(tried),
        is_cut=len(found) > MOST,
        unknown=sum(not one.facts.are_kept for one in tried),
        approved=len(fitting),
        outcomes=Counter(one.outcome for one in fitting),
        first=fitting[:SHOWN],
    )


@dataclass(frozen=True, slots=True)
class ByRule:
    """What the seller's rule says of the replacements on a page."""

    is_on: bool
    misses: Mapping[int, Sequence[Reason]]
    """By the replacement's id; none: it fulfils the rule. Nothing where the rule is off and nobody asks."""
    day: Day | None = None
    """What the number within 24 hours leaves; None: the rule is off."""

    @property
    def is_used_up(self) -> bool:
        """Return whether it approves nothing now, also of what fulfils it."""
        return self.day is not None and not self.day.room
