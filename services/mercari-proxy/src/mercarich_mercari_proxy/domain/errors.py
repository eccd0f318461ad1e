"""The error responses of Mercari's API, by status and body (`marketplaces.md` 1.4 and 5)."""

from typing import Any

from mercarich_contracts.market import Reason
from mercarich_marketplace import answers
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.fields import at, parse, rows, text

_OWN = dict.fromkeys(range(300, 400), Reason.BLOCKED)
"""The API never redirects: a redirect comes from a server in front of it."""
_GRPC_NOT_FOUND = 5


def json_of(answer: Answer) -> Any:
    """Return the JSON of a response with status 200. Raise `Fault` or `Missing` for any other response."""
    document = parse(answers.body_of(answer, fault_of))
    if document is None:
        raise _not_json(answer)
    return document


def fault_of(answer: Answer) -> Fault:
    """Return the fault for a response with another status than 200."""
    return answers.fault_of(answer, _words(answer), _OWN)


def says_no_such_item(answer: Answer) -> bool:
    """Return whether this is Mercari's own not-found response, which needs no second look."""
    if answer.status != 404:
        return False
    body = parse(answer.body)
    legacy = at(body, "result") == "error" and any(
        error.get("code") == "RecordNotFoundException" for error in rows(at(body, "errors"))
    )
    code = at(body, "code")
    grpc = isinstance(code, int) and code == _GRPC_NOT_FOUND and text(at(body, "message")) is not None
    return legacy or grpc


def _not_json(answer: Answer) -> Fault:
    start = answer.body.lstrip()[:200]
    if start.startswith(b"<"):
        return Fault(Reason.BLOCKED, f"HTML instead of JSON: {start.decode(errors='replace')}")
    return Fault(Reason.UNPARSABLE, f"not JSON: {start.decode(errors='replace')}")


def _words(answer: Answer) -> str:
    """Return the error's code and message, or the first 200 bytes of the body."""
    body = parse(answer.body)
    said = [*rows(at(body, "errors")), *rows([body])]
    for error in said:
        code, message = error.get("code"), text(error.get("message"))
        if code is not None or message:
            return f"{code if code is not None else ''} {message or ''}".strip()
    return answers.start_of(answer)
