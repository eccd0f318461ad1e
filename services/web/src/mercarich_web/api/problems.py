"""Errors as problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from mercarich_reasons.reason import Reason
from mercarich_web.api.reasons import Coded, code_of
from mercarich_web.refusals import NotFound, Refused

API = "/api/v1"
PLACE = "/api/"
"""Prefix of the API's routes in every version."""
MEDIA_TYPE = "application/problem+json"


class Problem(Coded):
    """A problem; a refusal also has a code."""

    title: str
    status: int
    detail: str | None = None


_WAIT = {"Retry-After": {"description": "Seconds until the next call is worth it", "schema": {"type": "integer"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
        **({"headers": _WAIT} if status in (429, 503) else {}),
    }
    for status in (401, 403, 404, 409, 422, 429, 503)
}
"""Error responses for the OpenAPI document."""


def problem(
    status: int, detail: str | None, headers: dict[str, str] | None = None, reason: Reason | None = None
) -> Response:
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, **code_of(reason))
    return Response(orjson.dumps(told.model_dump(exclude_none=True)), status, headers, media_type=MEDIA_TYPE)


def detail(error: Exception) -> str | None:
    """Return what the caller may be told about the error, None for nothing."""
    if isinstance(error, RequestValidationError):
        wrong = sorted(error.errors(), key=lambda one: one["type"] == "missing")  # what was sent comes first
        told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in wrong[:5]]
        return "; ".join(told)
    if isinstance(error, HTTPException):
        return error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
    return str(error) if isinstance(error, Refused | NotFound) else None
