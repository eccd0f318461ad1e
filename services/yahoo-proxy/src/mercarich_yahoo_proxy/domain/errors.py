"""The error answers of Yahoo! Auctions, by status and text (`marketplaces.md` 2.3 and 5)."""

from mercarich_contracts.market import Reason
from mercarich_marketplace.answers import Answer, Fault, Missing, retry_after_seconds

BLOCK_TEXT = "ページが表示できません".encode()
"""Served with HTTP 200 to clients that are turned away (seen 2026-04-21)."""

_REASONS = {
    401: Reason.BLOCKED,
    403: Reason.BLOCKED,
    423: Reason.BLOCKED,
    429: Reason.RATE_LIMITED,
    451: Reason.BLOCKED,
}


def fault_of(answer: Answer) -> Fault:
    """What an answer other than 200 means; redirects are not its business."""
    status = answer.status
    detail = f"HTTP {status} {answer.body[:200].decode(errors='replace')}".strip()
    if status in (404, 410):
        return Missing(detail)
    if status in _REASONS:
        return Fault(_REASONS[status], detail, retry_after=retry_after_seconds(answer))
    if status >= 500:
        return Fault(Reason.TRANSIENT, detail, retry_after=retry_after_seconds(answer))
    if status >= 400:
        return Fault(Reason.BAD_REQUEST, detail)
    return Fault(Reason.UNPARSABLE, detail)


def page_of(answer: Answer) -> bytes:
    """The body of a good answer. Raises `Fault` for every other; the block page is one."""
    if answer.status != 200:
        raise fault_of(answer)
    if not answer.body or answer.body.isspace():
        raise Fault(Reason.EMPTY, "HTTP 200 with an empty body")
    return answer.body


def nothing_known(body: bytes, missing: str) -> Fault:
    """A page that shows nothing that we know: a block when it says so, else unparsable."""
    if BLOCK_TEXT in body:
        return Fault(Reason.BLOCKED, f"HTTP 200 with {BLOCK_TEXT.decode()}")
    return Fault(Reason.UNPARSABLE, missing)
