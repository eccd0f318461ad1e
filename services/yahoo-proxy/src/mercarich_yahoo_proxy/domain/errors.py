"""The error responses of Yahoo! Auctions, by status and text (`marketplaces.md` 2.3 and 5)."""

from mercarich_contracts.market import Reason
from mercarich_marketplace import answers
from mercarich_marketplace.answers import Answer, Fault

BLOCK_TEXT = "ページが表示できません".encode()
"""The text of the block page, which blocked clients get with HTTP 200 (seen 2026-04-21)."""

_OWN = {401: Reason.BLOCKED}


def fault_of(answer: Answer) -> Fault:
    """Return the fault for a response with another status than 200. `redirects` handles redirects."""
    return answers.fault_of(answer, answers.start_of(answer), _OWN)


def page_of(answer: Answer) -> bytes:
    """Return the body of a response with status 200 or 404. Raise `Fault` for others, and for a blank body with 200.

    The page of an ended auction may come with HTTP 404 (`proofs`).
    """
    return answer.body if answer.status == 404 else answers.body_of(answer, fault_of)


def nothing_known(body: bytes, missing: str) -> Fault:
    """Return the fault for a page of unknown content: blocked with the text of the block page, else unparsable."""
    if BLOCK_TEXT in body:
        return Fault(Reason.BLOCKED, f"a page with {BLOCK_TEXT.decode()}")
    return Fault(Reason.UNPARSABLE, missing)
