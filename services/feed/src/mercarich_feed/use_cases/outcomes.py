"""What Amazon's answer to one PATCH comes to, for the offer and for the seller as a whole."""

from collections.abc import Sequence

from mercarich_feed.domain.pushes import Outcome, Pushed
from mercarich_feed.ports import AmazonTrouble, Answer, ContentRefused, Missing, RateLimited, Transient, Unsent


def pushed(answer: Answer) -> Pushed:
    problem = None if answer.trouble is None else str(answer.trouble)[:255]
    return Pushed(answer.offer, _outcome(answer.trouble), problem, answer.at)


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
