"""/docs: a page that describes the API, made from its OpenAPI document. It exists in development only."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from mercarich_web.openapi import document
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import Visiting


class Operation(NamedTuple):
    method: str
    path: str
    summary: str
    parameters: list[str]
    answers: list[str]


def routes(site: Site, api: APIRouter) -> APIRouter:
    routes = APIRouter()

    @routes.get("/docs")
    def docs(visit: Visiting) -> Response:
        return site.page(visit, "docs.html", operations=list(_operations(document(api))))

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return JSONResponse(document(api))

    return routes


def _operations(told: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            parameters = [each["name"] for each in one.get("parameters", [])]
            yield Operation(method.upper(), path, one["summary"], parameters, sorted(one["responses"]))
