"""The error answers of Yahoo! Auctions, by status and text (`marketplaces.md` 2.3 and 5)."""

from mercarich_contracts.market import Reason
from mercarich_marketplace import answers
from mercarich_marketplace.answers import Answer, Fault

BLOCK_TEXT = "ページが表示できません".encode()
"""Served with HTTP 200 to clients that are turned away (seen 2026-04-21)."""

_OWN = {401: Reason.BLOCKED}


def fault_of(answer: Answer) -> Fault:
    """What an answer other than 200 means; redirects are not its business."""
    return answers.fault_of(answer, answers.start_of(answer), _OWN)


def page_of(answer: Answer) -> bytes:
    """The body of a good answer. Raises `Fault` for every other; the block page is one."""
    return answers.body_of(answer, fault_of)


def nothing_known(body: bytes, missing: str) -> Fault:
    """A page that shows nothing that we know: a block when it says so, else unparsable."""
    if BLOCK_TEXT in body:
        return Fault(Reason.BLOCKED, f"HTTP 200 with {BLOCK_TEXT.decode()}")
    return Fault(Reason.UNPARSABLE, missing)
