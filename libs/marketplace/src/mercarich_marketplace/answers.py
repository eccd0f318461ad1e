"""The result of a request to a marketplace: a response to parse, or a fault with the reason why there is no result."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from mercarich_contracts.market import ErrorClass, Marketplace, Reason, State
from mercarich_contracts.proxy_api import Evidence, Item

EXTRACT_LENGTH = 500


@dataclass(frozen=True)
class Answer:
    """One complete HTTP response: the decoded body, and those headers that parsers need, with names in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime

    @cached_property
    def body_sha256(self) -> str:
        """Computed once per response: a list needs it in the evidence of each row."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of an item according to its page."""

    state: State
    reason: Reason | None = None


class Fault(Exception):
    """A request that yielded no usable result. `reason` is from a closed list; `detail` is one line for people."""

    def __init__(self, reason: Reason, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        """Seconds of the marketplace's Retry-After header; None without one."""
        self.answer: Answer | None = None
        """The response that was parsed; None when none arrived."""
        self.url = ""
        """The address of the request; empty when none was sent."""

    @property
    def error_class(self) -> ErrorClass | None:
        return _CLASSES.get(self.reason)


class CutOff(Exception):
    """This replica cannot reach the shared budget, so that it makes no call. Another replica may be able to."""


_CLASSES = {
    Reason.NOT_FOUND_ONCE: ErrorClass.GONE,
    Reason.NOT_FOUND_UNPROVEN: ErrorClass.UNPARSABLE,
    Reason.BLOCKED: ErrorClass.BLOCKED,
    Reason.RATE_LIMITED: ErrorClass.RATE_LIMITED,
    Reason.AUTH: ErrorClass.AUTH,
    Reason.BAD_REQUEST: ErrorClass.BAD_REQUEST,
    Reason.TRANSIENT: ErrorClass.TRANSIENT,
    Reason.TIMED_OUT: ErrorClass.TRANSIENT,
    Reason.UNPARSABLE: ErrorClass.UNPARSABLE,
    Reason.EMPTY: ErrorClass.UNPARSABLE,
    Reason.OVERSIZED: ErrorClass.UNPARSABLE,
}


_BY_STATUS = {
    401: Reason.AUTH,
    403: Reason.BLOCKED,
    404: Reason.NOT_FOUND_UNPROVEN,
    410: Reason.NOT_FOUND_UNPROVEN,
    423: Reason.BLOCKED,
    429: Reason.RATE_LIMITED,
    451: Reason.BLOCKED,
}


def fault_of(answer: Answer, words: str, own: Mapping[int, Reason]) -> Fault:
    """Return the fault for a response with another status than 200.

    `own` maps the statuses that a marketplace uses in its own way. Redirects are unparsable unless `own` maps them.
    """
    status = answer.status
    detail = f"HTTP {status} {words}".strip()
    reason = own.get(status) or _BY_STATUS.get(status)
    if reason is not None:
        return Fault(reason, detail, retry_after=retry_after_seconds(answer))
    if status >= 500:
        return Fault(Reason.TRANSIENT, detail, retry_after=retry_after_seconds(answer))
    return Fault(Reason.BAD_REQUEST if status >= 400 else Reason.UNPARSABLE, detail)


def start_of(answer: Answer) -> str:
    """Return the first 200 bytes of the body as text."""
    return answer.body[:200].decode(errors="replace")


def body_of(answer: Answer, fault_of: Callable[[Answer], Fault]) -> bytes:
    """Return the body of a response with status 200. Raise `Fault` for other statuses and for a blank body."""
    if answer.status != 200:
        raise fault_of(answer)
    if not answer.body or answer.body.isspace():
        raise Fault(Reason.EMPTY, "HTTP 200 with an empty body")
    return answer.body


def evidence(answer: Answer, parser_version: str, extract: str) -> Evidence:
    """Return the evidence for a state: the address, the body's SHA-256 and `extract`, the values that decided."""
    return Evidence(
        url=answer.url,
        http_status=answer.status,
        body_sha256=answer.body_sha256,
        parser_version=parser_version,
        extract=one_line(extract),
        fetched_at=answer.fetched_at,
    )


def unknown(
    marketplace: Marketplace, item_id: str, fault: Fault, *, page_url: str, parser_version: str, at: datetime
) -> Item:
    """Return an item in state `unknown`, with the fault as its reason."""
    if fault.answer is not None:
        proof = evidence(fault.answer, parser_version, fault.detail)
    else:
        proof = Evidence(
            url=fault.url or page_url,
            http_status=None,
            body_sha256=None,
            parser_version=parser_version,
            extract=one_line(fault.detail),
            fetched_at=at,
        )
    return Item(
        marketplace=marketplace,
        item_id=item_id,
        state=State.UNKNOWN,
        reason=fault.reason,
        error_class=fault.error_class,
        evidence=proof,
        url=page_url,
    )


def one_line(text: str) -> str:
    return " ".join(text.split())[:EXTRACT_LENGTH]


def retry_after_seconds(answer: Answer) -> float | None:
    """Return the seconds of a `Retry-After` header. The date form is ignored: neither marketplace uses it."""
    value = answer.headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() else None
