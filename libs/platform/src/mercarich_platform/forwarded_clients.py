"""The client of a request as a trusted proxy names it. Needs the extra `http`."""

from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from mercarich_platform.client_networks import is_address

_PEER = "mercarich.peer"


class ForwardedClients:
    """uvicorn's middleware, which also takes a text that is no address for a client. Such a text names nobody: the
    client is the proxy then, so that what a client made up is neither stored nor counted as a network."""

    def __init__(self, app: Any, trusted_proxies: str) -> None:
        self._app = app
        self._named: Any = ProxyHeadersMiddleware(self._checked, trusted_proxies)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope[_PEER] = scope.get("client")
        await self._named(scope, receive, send)

    async def _checked(self, scope: Any, receive: Any, send: Any) -> None:
        peer, client = scope.pop(_PEER), scope.get("client")
        if client is not None and not is_address(client[0]):
            scope["client"] = peer
        await self._app(scope, receive, send)
