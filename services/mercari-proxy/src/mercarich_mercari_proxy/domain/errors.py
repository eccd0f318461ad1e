"""The error responses of Mercari's API, by status and body (`marketplaces.md` 1.4 and 5)."""

from typing import Any

from mercarich_contracts.market import Reason
from mercarich_marketplace import answers
from mercarich_marketplace.answers import Answer, Fault
from mercarich_marketplace.fields import at, parse, rows, text

_OWN = dict.fromkeys(range(300, 400), Reason.BLOCKED)
"""The API never redirects: a redirect comes from a server in front of it."""


def json_of(answer: Answer) -> Any:
    """Return the JSON of a response with status 200. Raise `Fault` for any other response."""
    document = parse(answers.body_of(answer, fault_of))
    if document is None:
        raise _not_json(answer)
    return document


def fault_of(answer: Answer) -> Fault:
    """Return the fault for a response with another status than 200. HTML is of a server in front of the API."""
    if answer.status == 404 and _is_html(answer):
        return _not_json(answer)
    return answers.fault_of(answer, _words(answer), _OWN)


def says_no_such_item(answer: Answer) -> bool:
    """Return whether items/get says that there is no such item, in the body recorded 2023-12-20 (take-kun/mercapi)."""
    body = parse(answer.body) if answer.status == 404 else None
    errors = at(body, "errors")
    only = errors[0] if isinstance(errors, list) and len(errors) == 1 else None
    return (
        at(body, "result") == "error"
        and at(only, "code") == "RecordNotFoundException"
        and text(at(only, "message")) is not None
        and at(body, "data") is None
    )


def says_no_such_product(answer: Answer) -> bool:
    """Return whether Shops says that there is no such product, in the recorded body (carimer-api 1.3).

    The message is part of it: gRPC gateways give code 5 with other words for routes that they do not know.
    """
    body = parse(answer.body) if answer.status == 404 else None
    code = at(body, "code")
    return type(code) is int and code == 5 and at(body, "message") == "product not found"


def _is_html(answer: Answer) -> bool:
    return answer.body.lstrip()[:1] == b"<"


def _not_json(answer: Answer) -> Fault:
    start = answer.body.lstrip()[:200]
    if _is_html(answer):
        words = f"HTTP {answer.status} with HTML instead of JSON: {start.decode(errors='replace')}"
        return Fault(Reason.BLOCKED, words)
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
