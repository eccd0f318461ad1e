"""The verdict on a seller's token, and the result of a check of all tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    """Amazon refuses the token: only the seller can repair it, by authorising again."""
    UNKNOWN = "unknown"
    """The check learned nothing (throttled, Amazon away, refused for another reason): the last verdict stays."""


@dataclass(frozen=True, slots=True)
class Judged:
    username: str
    verdict: Verdict
    reason: str | None
    exposed: int
    """Withdrawals that Amazon does not have, if the token is invalid."""


@dataclass(slots=True)
class TokensChecked:
    """`problem` is one of the application's own credentials: the check ended there and judged no seller by it."""

    judged: list[Judged] = field(default_factory=list)
    unreached: Sequence[str] = ()
    """Names of sellers whose token was not checked."""
    problem: str | None = None

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict is verdict for one in self.judged)

    @property
    def exposed(self) -> int:
        return sum(one.exposed for one in self.judged)
