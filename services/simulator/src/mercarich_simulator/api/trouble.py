"""Replace the response to a request that a fault hits."""

from collections.abc import Callable, Collection
from dataclasses import replace

from mercarich_simulator.faults import Fault
from mercarich_simulator.web import Ending, Reply, html_reply, json_reply, text_reply
from mercarich_simulator.world import World

BLOCK_PAGE = (
    '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"/><title>Yahoo! JAPAN</title></head>'
    "<body><h1>ページが表示できません</h1><p>しばらく時間をおいてからもう一度お試しください。</p></body></html>"
).encode()
_CLOUDFLARE = b"<html><head><title>Attention Required! | Cloudflare</title></head><body></body></html>"
_UNAVAILABLE = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
_ROUTE = "404 page not found"
"""What a Go server says of an unknown path (recorded at Mercari, carimer-api 1.3)."""
_GATEWAY = (
    {"code": 5, "message": "Not Found", "details": []},
    {"code": 12, "message": "Method Not Allowed", "details": []},
)
"""What grpc-gateway says of an unknown path and of an unknown method (its default routing error handler)."""
_NOT_FOUND = b"<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
_SLOW_SECONDS = 3.0


def guarded(world: World, target: str, names: Collection[str], make: Callable[[], Reply]) -> Reply:
    """Return the reply of `make`, or a faulty one when a fault hits. A fault's `only` is matched against `names`."""
    fault = world.faults.pick(target, names, world.clock.wall())
    if fault is None:
        return make()
    if fault.kind == "slow":
        return replace(make(), delay=_SLOW_SECONDS if fault.seconds is None else fault.seconds)
    if fault.kind == "truncated":
        return replace(make(), ending=Ending.TRUNCATED)
    return _instead(target, fault)


def _instead(target: str, fault: Fault) -> Reply:
    if fault.kind == "429":
        reply = amazon_error(429, *QUOTA) if target == "spapi" else html_reply(b"", 429)
        return reply if fault.retry_after is None else reply.with_headers(("retry-after", str(fault.retry_after)))
    if fault.kind == "403":
        return amazon_error(403, *DENIED) if target == "spapi" else html_reply(_CLOUDFLARE, 403)
    if fault.kind == "500":
        inner = amazon_error(500, "InternalFailure", "We encountered an internal error. Please try again.")
        return inner if target == "spapi" else html_reply(b"<html><body>500</body></html>", 500)
    if fault.kind == "redirect":
        return html_reply(b"", 302).with_headers(("location", fault.to))
    plain: dict[str, Reply] = {
        "404": html_reply(_NOT_FOUND, 404),
        "404_route": text_reply(_ROUTE, 404),
        "404_gateway": json_reply(_GATEWAY[fault.hit % 2], 404),
        "404_cdn": html_reply(_CLOUDFLARE, 404),
        "423": json_reply(LOCKED, 423),
        "503_html": html_reply(_UNAVAILABLE, 503),
        "html_instead_of_json": html_reply(_UNAVAILABLE.replace(b"503 ", b"")),
        "empty_200": html_reply(b""),
        "block_page_200": html_reply(BLOCK_PAGE),
        "reset": Reply(ending=Ending.RESET),
        "timeout": Reply(ending=Ending.HANG),
        "invalid_grant": lwa_error(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token"),
        "invalid_client": lwa_error(401, "invalid_client", "Client authentication failed"),
    }
    return plain[fault.kind]


def amazon_error(status: int, code: str, message: str, details: str = "") -> Reply:
    """Return an error response in the form of SP-API's ErrorList."""
    return json_reply({"errors": [{"code": code, "message": message, "details": details}]}, status)


def lwa_error(status: int, code: str, description: str) -> Reply:
    return json_reply({"error_description": description, "error": code}, status)


QUOTA = ("QuotaExceeded", "You exceeded your quota for the requested resource.")
DENIED = ("Unauthorized", "Access to requested resource is denied.")
LOCKED = {"error": {"status": 423, "code": "GW0002", "message": "オークションにアクセスできませんでした"}}
