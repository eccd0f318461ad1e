"""Amazon's responses: its words, the troubles it can raise, and the outcome of one push."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import NoneType
from typing import Any

from mercarich_feed.domain.pushes import Offer, Outcome, Pushed
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import AmazonRefused, AmazonUnreachable, NotShown, UnknownSku
from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class Said:
    """Amazon's message, or a technical name such as `HTTP 503`, and Amazon's error code, each if there is one."""

    text: str | None = None
    issue: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.issue, self.text) if part)


NOTHING = Said()


def said(issues: Iterable[Mapping[str, Any]]) -> Said:
    """Return the code of the first and the texts of all issues or errors of the Selling Partner API."""
    each = [Said(issue.get("message") or None, str(issue.get("code") or "") or None) for issue in issues]
    if not each:
        return NOTHING
    texts = [each[0].text or "", *map(str, each[1:])]
    return Said("; ".join(text for text in texts if text) or None, each[0].issue)


class AmazonTrouble(Exception):
    """Amazon did not do what was asked; the subclass says whom it concerns. The text is for logs, without secrets."""

    def __init__(self, text: str, said: Said = NOTHING) -> None:
        super().__init__(text)
        self.said = said

    @property
    def reason(self) -> Reason:
        """The reason to store in a listing's history."""
        return AmazonUnreachable(self.said.text, self.said.issue)


class TokenRevoked(AmazonTrouble):
    """This seller's refresh token is refused. Only the seller can repair it, by authorising again."""


class AppCredentials(AmazonTrouble):
    """The application's own credentials are refused: nothing can be pushed for any seller."""


class Forbidden(AmazonTrouble):
    """Refused although the access token is fresh: the role, the authorisation or the region is wrong."""


class RateLimited(AmazonTrouble):
    """The quota is used up. `retry_after` is the wait that Amazon asked for, in seconds, if any."""

    def __init__(self, text: str, retry_after: float | None = None, said: Said = NOTHING) -> None:
        super().__init__(text, said)
        self.retry_after = retry_after


class ContentRefused(AmazonTrouble):
    """The content was refused, and the same content would be refused again."""

    @property
    def reason(self) -> Reason:
        return AmazonRefused(self.said.text, self.said.issue)


class Missing(AmazonTrouble):
    """Amazon does not know the SKU, feed or document."""

    @property
    def reason(self) -> Reason:
        return UnknownSku(self.said.text, self.said.issue)


class PerhapsSold(AmazonTrouble):
    """Nothing was pushed: Amazon shows 0 for an offer that is up by what is known, so a buyer may have taken it."""

    @property
    def reason(self) -> Reason:
        return NotShown(0)


class Transient(AmazonTrouble):
    """5xx, HTML instead of JSON, a cut response, a timeout: the request may or may not have had its effect."""


class NotLookedAt(Transient):
    """Nothing was pushed, since the look before it failed."""


class Unsent(AmazonTrouble):
    """The request was not sent, because the process is to end."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Amazon's response for one offer. `trouble` None is success; `seen` is what was read, if that was asked for."""

    offer: Offer
    trouble: AmazonTrouble | None
    at: datetime
    seen: Seen | None = None

    @property
    def problem(self) -> Reason | None:
        return None if self.trouble is None else self.trouble.reason

    @property
    def served(self) -> bool:
        """Whether Amazon serves the seller: the trouble, if there is one, concerns the SKU alone."""
        return isinstance(self.trouble, _OF_ONE_SKU)


_OF_ONE_SKU = (NoneType, ContentRefused, Missing, PerhapsSold)


def apart(answers: Sequence[Answer], account_works: Callable[[], bool]) -> list[Answer]:
    """Return the same list, but with `ContentRefused` in place of each 403 that concerns a single SKU.

    Amazon refuses some SKUs for good with 403 (amzn/selling-partner-api-models#4429). The whole seller must not wait
    for them, as for a role that is missing. A 403 concerns the SKU if another SKU was served, or if `account_works()`:
    it is called only when Amazon has responded to all of them with 403.
    """
    forbidden = [answer for answer in answers if isinstance(answer.trouble, Forbidden)]
    served = any(answer.served for answer in answers)
    if not forbidden or not (served or (len(forbidden) == len(answers) and account_works())):
        return list(answers)
    return [_refused(answer) if isinstance(answer.trouble, Forbidden) else answer for answer in answers]


def _refused(answer: Answer) -> Answer:
    assert answer.trouble is not None
    return replace(answer, trouble=ContentRefused(str(answer.trouble), answer.trouble.said))


def pushed(answer: Answer) -> Pushed:
    """Return the outcome of one PATCH."""
    return Pushed(answer.offer, _outcome(answer.trouble), answer.problem, answer.at)


def hopeless(answers: Sequence[Answer]) -> list[AmazonTrouble]:
    """Return the troubles that concern the whole seller.

    `Transient` and `RateLimited` do so only when no offer went through.
    """
    troubles = [answer.trouble for answer in answers if answer.trouble is not None]
    for trouble in troubles:
        if not isinstance(trouble, (*_OF_ONE_SKU, Transient, RateLimited)):
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
        case PerhapsSold():
            return Outcome.PERHAPS_SOLD
        case NotLookedAt():
            return Outcome.RELEASED
        case Transient():
            return Outcome.DEFERRED
        case _:
            return Outcome.RELEASED
