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
SCHEMAS = "#/components/schemas/"


class Problem(Coded):
    """A problem; a refusal also has a code."""

    title: str
    status: int
    detail: str | None = None


_WAIT = {"Retry-After": {"description": "Seconds until the next call is worth it", "schema": {"type": "integer"}}}
_PROBLEM = f"{SCHEMAS}Problem"


def response_of(status: int) -> dict[str, Any]:
    """Return an error response for the OpenAPI document."""
    told: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}},
    }
    return told | ({"headers": _WAIT} if status in (429, 503) else {})


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: response_of(status) for status in (401, 403, 404, 409, 422, 429, 503)
}
"""Of every route."""


def schemas() -> dict[str, Any]:
    """Return the form of problems, and of what it consists of, by name: each response refers to it."""
    told = Problem.model_json_schema(ref_template=SCHEMAS + "{model}")
    parts: dict[str, Any] = told.pop("$defs", {})
    return parts | {"Problem": told}


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
