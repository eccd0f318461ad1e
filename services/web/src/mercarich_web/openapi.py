"""The API as one router, and its OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Security
from fastapi.openapi.utils import get_openapi

from mercarich_web.api.callers import BEARER
from mercarich_web.api.problems import API, RESPONSES, schemas


def api(*subjects: APIRouter) -> APIRouter:
    """Return the routes of these subjects as one router."""
    routes = APIRouter(prefix=API, dependencies=[Security(BEARER)], responses=RESPONSES)
    for subject in subjects:
        routes.include_router(subject)
    return routes


def document(routes: APIRouter) -> dict[str, Any]:
    """Return the document of these routes."""
    told = get_openapi(
        title="Mercarich",
        version="1",
        description=(
            "A seller's listings, orders, replacements and jobs. Errors are problem+json. A key has so many calls a"
            " minute, and all keys of a seller twice as many; beyond them 429 says in Retry-After when to go on."
        ),
        routes=routes.routes,
    )
    told["components"]["schemas"] |= schemas()
    return told
