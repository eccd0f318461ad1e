"""The HTTP contract of `mercarich_contracts.proxy_api` over an observer, the same for every marketplace."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from typing import TypeVar

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Send

from mercarich_contracts.market import Reason
from mercarich_contracts.proxy_api import (
    MAX_BODY_BYTES,
    Budget,
    CheckRequest,
    Item,
    ProxyError,
    SearchRequest,
    SearchResult,
)
from mercarich_marketplace.answers import CutOff, Fault
from mercarich_marketplace.batch import Batch
from mercarich_marketplace.breaker import Phase
from mercarich_marketplace.egress import Egress
from mercarich_marketplace.observer import Observer
from mercarich_marketplace.turns import Flow

Model = TypeVar("Model", bound=BaseModel)

PATIENCE_SECONDS = 30.0
"""Wait of a single look or search for a turn; after this, it is answered as rate-limited."""

_OURS = frozenset({Reason.BAD_REQUEST, Reason.AUTH, Reason.UNPARSABLE, Reason.EMPTY, Reason.OVERSIZED})


class Refusal(Exception):
    """A request that is answered with an HTTP error and a `ProxyError` as its body."""

    def __init__(self, status: int, error: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = ProxyError(error=error, message=message)
        self.retry_after = retry_after


Beside = Callable[[], AbstractAsyncContextManager[None]]
"""What runs beside the requests, from the start of the application to its end."""


def create_app(
    observer: Observer, *ways_out: Egress, more: Sequence[APIRouter] = (), beside: Beside | None = None
) -> FastAPI:
    """Return the application of one proxy, with `more` as additional routes. At shutdown it closes `ways_out`."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with nullcontext() if beside is None else beside():
            yield
            for egress in ways_out:
                await egress.close()

    app = FastAPI(title=f"mercarich {observer.market.site.proxy}", version="1", lifespan=lifespan, openapi_url=None)
    app.add_exception_handler(Refusal, _refuse)
    app.add_exception_handler(CutOff, _refuse_cut_off)
    app.add_exception_handler(RequestValidationError, _refuse_parameters)
    app.add_exception_handler(HTTPException, _refuse_route)
    app.include_router(_items(observer))
    app.include_router(_operations(observer))
    for router in more:
        app.include_router(router)
    return app


def _items(observer: Observer) -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.get("/items/{item_id}", response_model=Item)
    async def look(item_id: str) -> Response:
        """The item as seen now. A failure at the marketplace is answered with 200 and the state `unknown`."""
        item = await observer.look(item_id, Flow(patience=PATIENCE_SECONDS))
        return Response(item.model_dump_json(), media_type="application/json")

    @routes.post("/items:check", response_class=Response)
    async def check(request: Request) -> Response:
        """Look at up to 10,000 ids; NDJSON of item, heartbeat and end lines."""
        batch = Batch(observer, await parsed(request, CheckRequest))
        return _Stream(batch.lines(), media_type="application/x-ndjson")

    @routes.post("/search", response_model=SearchResult)
    async def search(request: Request) -> Response:
        """One page of the marketplace's search, items on sale only."""
        result = await searched(observer, await parsed(request, SearchRequest))
        return Response(result.model_dump_json(), media_type="application/json")

    @routes.get("/budget")
    async def budget() -> Budget:
        """The calls a second that all callers together are given."""
        return observer.budget()

    return routes


def _operations(observer: Observer) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return Response("ok", media_type="text/plain")

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Ready also while the breaker is open: the proxy still answers requests, with this reason.

        Not ready without the shared budget: it makes no calls then, and another replica may be able to.
        """
        if observer.guards.is_cut_off():
            return Response("the shared budget does not answer", 503, media_type="text/plain")
        return Response(f"ok, breaker {observer.phase()}", media_type="text/plain")

    @routes.get("/metrics")
    async def metrics() -> Response:
        _sample(observer)
        return Response(observer.guards.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def searched(observer: Observer, request: SearchRequest) -> SearchResult:
    """Search. Raise `Refusal` with 503 when a later request may succeed, with 502 when the response was unusable."""
    try:
        return await observer.market.search(request, Flow(patience=PATIENCE_SECONDS))
    except Fault as fault:
        status = 502 if fault.reason in _OURS else 503
        raise Refusal(status, fault.reason.value, fault.detail, retry_after=fault.retry_after) from fault


async def parsed(request: Request, model: type[Model]) -> Model:
    """Return the request's body as `model`. Raise `Refusal`: 413 above `MAX_BODY_BYTES`, 422 with what is invalid."""
    declared = request.headers.get("content-length", "")
    body = bytearray()
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        raise Refusal(422, "invalid_request", _sentence(error)) from None


def _too_large() -> Refusal:
    return Refusal(413, "body_too_large", f"the body is larger than {MAX_BODY_BYTES} bytes")


def _sentence(error: ValidationError) -> str:
    """Return the first three validation errors, without the values that caused them."""
    complaints = error.errors(include_url=False, include_input=False, include_context=False)
    shown = [f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in complaints[:3]]
    return "; ".join(shown)


async def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    headers = {} if refusal.retry_after is None else {"Retry-After": str(math.ceil(refusal.retry_after))}
    body = refusal.body.model_dump_json()
    return Response(body, refusal.status, headers, media_type="application/json")


async def _refuse_cut_off(_: Request, __: Exception) -> Response:
    body = ProxyError(error="cut_off", message="the shared budget does not answer: another replica may be able to ask")
    return Response(body.model_dump_json(), 503, media_type="application/json")


async def _refuse_parameters(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    complaints = [f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()[:3]]
    body = ProxyError(error="invalid_request", message="; ".join(complaints))
    return Response(body.model_dump_json(), 422, media_type="application/json")


async def _refuse_route(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = ProxyError(error="no_such_route", message=str(error.detail))
    return Response(body.model_dump_json(), error.status_code, media_type="application/json")


class _Stream(StreamingResponse):
    """A stream that closes its source also when the client disconnects in the middle of a chunk."""

    async def stream_response(self, send: Send) -> None:
        source = self.body_iterator
        assert isinstance(source, AsyncGenerator)
        async with aclosing(source):
            await super().stream_response(send)


def _sample(observer: Observer) -> None:
    """Update the gauges whose values other objects hold, at each scrape."""
    guards, metrics = observer.guards, observer.guards.metrics
    now = guards.now()
    phases = [Phase.CLOSED, Phase.HALF_OPEN, Phase.OPEN]
    metrics.batches.set(observer.open_batches)
    metrics.waiting.set(guards.turns.waiting)
    metrics.under_way.set(guards.turns.under_way)
    metrics.budget.set(guards.turns.pace.rate)
    metrics.pace_share.set(guards.turns.pace.share(now))
    metrics.opened(guards.breaker.opened)
    metrics.breaker_phase.set(phases.index(guards.breaker.phase(now)))
