"""What a check of a seller's token can say, and what a check of all says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    """Amazon refuses the token: only the seller can mend it."""
    UNKNOWN = "unknown"
    """Nothing was learnt (throttled, away, refused for another reason): the verdict before stays."""


@dataclass(frozen=True, slots=True)
class Judged:
    username: str
    verdict: Verdict
    reason: str | None
    exposed: int
    """Withdrawals of an invalid one that Amazon does not have."""


@dataclass(slots=True)
class TokensChecked:
    """`problem` is the application's own: then it ended there, and nobody was judged by it."""

    judged: list[Judged] = field(default_factory=list)
    unreached: Sequence[str] = ()
    """Sellers who were not asked about."""
    problem: str | None = None

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict is verdict for one in self.judged)

    @property
    def exposed(self) -> int:
        return sum(one.exposed for one in self.judged)
