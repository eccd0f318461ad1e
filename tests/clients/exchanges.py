"""Lead a client's requests to the simulator instead of the real hosts, and print each exchange as a JSON line.

The programs beside it speak through clients that nobody here wrote. They run in an environment of their own
(`var/clients`, made by `make integration`), and import nothing of the product or its tests. Each reads its task as
JSON from its input, and prints method, path, status and body of each exchange.
"""

import json
from collections.abc import Mapping

import httpx


class Redirected(httpx.HTTPTransport):
    """`prefixes`: the path of the simulator in front of the paths of a host. Other hosts are called as they are."""

    def __init__(self, simulator: str, prefixes: Mapping[str, str]) -> None:
        super().__init__()
        self._simulator = httpx.URL(simulator)
        self._prefixes = prefixes

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = redirect(request, self._simulator, self._prefixes)
        response = super().handle_request(request)
        response.read()
        tell(request, path, response)
        return response


class RedirectedAsync(httpx.AsyncHTTPTransport):
    """The same for asyncio."""

    def __init__(self, simulator: str, prefixes: Mapping[str, str]) -> None:
        super().__init__()
        self._simulator = httpx.URL(simulator)
        self._prefixes = prefixes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = redirect(request, self._simulator, self._prefixes)
        response = await super().handle_async_request(request)
        await response.aread()
        tell(request, path, response)
        return response


def redirect(request: httpx.Request, simulator: httpx.URL, prefixes: Mapping[str, str]) -> str:
    """Change the request's address. Return its path as the client wrote it."""
    path, prefix = request.url.path, prefixes.get(request.url.host)
    if prefix is not None:
        raw = prefix.encode() + request.url.raw_path
        request.url = request.url.copy_with(
            scheme=simulator.scheme, host=simulator.host, port=simulator.port, raw_path=raw
        )
        request.headers["host"] = f"{simulator.host}:{simulator.port}"
    return path


def tell(request: httpx.Request, path: str, response: httpx.Response) -> None:
    told = {"method": request.method, "path": path, "status": response.status_code, "body": response.text}
    print(json.dumps(told), flush=True)  # noqa: T201
