"""How Amazon answers: what it says, the troubles that can come instead, and what an answer to one push comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mercarich_feed.domain.pushes import Offer, Outcome, Pushed
from mercarich_reasons.push import AmazonRefused, AmazonUnreachable, UnknownSku
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Said:
    """Amazon's own words, or a technical name such as `HTTP 503`, and Amazon's code; both as far as there are any."""

    text: str | None = None
    issue: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.issue, self.text) if part)


NOTHING = Said()


def said(issues: Iterable[Mapping[str, Any]]) -> Said:
    """What these issues or errors of the Selling Partner API say: the first one's code, and the texts of all."""
    each = [Said(issue.get("message") or None, str(issue.get("code") or "") or None) for issue in issues]
    if not each:
        return NOTHING
    texts = [each[0].text or "", *map(str, each[1:])]
    return Said("; ".join(text for text in texts if text) or None, each[0].issue)


class AmazonTrouble(Exception):
    """Amazon did not do it; the subclass says whose matter that is. The text is for logs and holds no secret."""

    def __init__(self, text: str, said: Said = NOTHING) -> None:
        super().__init__(text)
        self.said = said

    @property
    def reason(self) -> Reason:
        """As a listing's history tells it."""
        return AmazonUnreachable(self.said.text, self.said.issue)


class TokenRevoked(AmazonTrouble):
    """This seller's refresh token is refused. Only the seller can mend it."""


class AppCredentials(AmazonTrouble):
    """The application's own credentials are refused: nobody's work can go on, and no seller is to blame."""


class Forbidden(AmazonTrouble):
    """Refused although the access token is fresh: a role, the authorisation or the region is wrong."""


class RateLimited(AmazonTrouble):
    """The quota is used up; `retry_after` seconds were asked for, if any."""

    def __init__(self, text: str, retry_after: float | None = None, said: Said = NOTHING) -> None:
        super().__init__(text, said)
        self.retry_after = retry_after


class ContentRefused(AmazonTrouble):
    """The content was refused; the same content will be refused again."""

    @property
    def reason(self) -> Reason:
        return AmazonRefused(self.said.text, self.said.issue)


class Missing(AmazonTrouble):
    """Amazon does not know the SKU, feed or document."""

    @property
    def reason(self) -> Reason:
        return UnknownSku(self.said.text, self.said.issue)


class Transient(AmazonTrouble):
    """5xx, HTML where JSON belongs, cut, timed out: nothing is known of the effect."""


class Unsent(AmazonTrouble):
    """It never left, because the process is to end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Amazon's answer for one offer: `trouble` None is success, `shown` is the quantity that was read."""

    offer: Offer
    trouble: AmazonTrouble | None
    at: datetime
    shown: int | None = None

    @property
    def problem(self) -> Reason | None:
        return None if self.trouble is None else self.trouble.reason


def pushed(answer: Answer) -> Pushed:
    """What the answer to one PATCH comes to."""
    return Pushed(answer.offer, _outcome(answer.trouble), answer.problem, answer.at)


def hopeless(answers: Sequence[Answer]) -> list[AmazonTrouble]:
    """What concerns the whole seller. Being away or out of quota does so only when nothing went through."""
    troubles = [answer.trouble for answer in answers if answer.trouble is not None]
    for trouble in troubles:
        if not isinstance(trouble, ContentRefused | Missing | Transient | RateLimited):
            return [trouble]
    if len(troubles) == len(answers) and isinstance(troubles[0], Transient | RateLimited | Unsent):
        return troubles[:1]
    return []


def _outcome(trouble: AmazonTrouble | None) -> Outcome:
    match trouble:
        case None:
            return Outcome.ACCEPTED
        case ContentRefused():
            return Outcome.REJECTED
        case Missing():
            return Outcome.ORPHAN
        case Transient():
            return Outcome.DEFERRED
        case _:
            return Outcome.RELEASED
