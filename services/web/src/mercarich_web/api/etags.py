"""ETags and If-Match (RFC 9110): a program changes what it has read, or is told that it has changed since."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header

from mercarich_web.api.problems import response_of

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
LONGEST = 2_000
IfMatch = Annotated[
    str | None,
    Header(max_length=LONGEST, description="ETags of the listing as it was read; without it, nothing is compared"),
]
OUTDATED: dict[int | str, dict[str, Any]] = {HTTPStatus.PRECONDITION_FAILED.value: response_of(412)}
"""The response when none of them is that of now."""
ETAG: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "For If-Match of an edit", "schema": {"type": "string"}}}}
}


def etag(version: str) -> str:
    return f'"{version}"'


def matching(if_match: str | None) -> Callable[[str], bool]:
    """Return whether a version is among those of the header. Weak ones never are."""
    if if_match is None or if_match.strip() == "*":
        return lambda version: True
    named = {tag for weak, tag in _TAG.findall(if_match) if not weak}
    return lambda version: version in named
