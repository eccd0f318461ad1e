"""Amazon's error responses as exceptions: one function for LWA, one for the SP-API."""

import logging
from collections.abc import Mapping
from typing import Any

from mercarich_feed.adapters.http import Reply
from mercarich_feed.domain.answers import (
    NOTHING,
    AmazonTrouble,
    AppCredentials,
    ContentRefused,
    Forbidden,
    Missing,
    RateLimited,
    Said,
    TokenRevoked,
    Transient,
    said,
)

log = logging.getLogger(__name__)

_SELLERS = frozenset({"invalid_grant", "unauthorized_client"})
"""`unauthorized_client`: the token was issued to another application."""
_APPLICATIONS = frozenset({"invalid_client", "invalid_request", "invalid_scope", "access_denied"})


def lwa_trouble(reply: Reply) -> AmazonTrouble | None:
    """Return the trouble in a response of the token endpoint; None when it contains an access token."""
    body = reply.json()
    fields = body if isinstance(body, dict) else {}
    if reply.status == 200:
        bare = Transient("LWA answered 200 without an access token", Said("HTTP 200"))
        return None if fields.get("access_token") else bare
    code, description = fields.get("error"), fields.get("error_description", "")
    text = f"LWA {code or reply.status}: {description}".rstrip(": ")
    words = Said(str(description or f"HTTP {reply.status}"), code and str(code))
    if reply.status == 429:
        return RateLimited(text, retry_after(reply), words)
    if reply.status < 500 and code in _SELLERS:
        return TokenRevoked(text, words)
    if reply.status < 500 and code in _APPLICATIONS:
        return AppCredentials(text, words)
    return Transient(text, words)


def spapi_trouble(reply: Reply, shape: type = dict) -> AmazonTrouble | None:
    """Return the trouble in a response of the Selling Partner API; None for 204 and for 2xx with JSON of that shape.

    401 and 403 are `Forbidden`; the caller finds out whether the access token had merely expired.
    """
    body = reply.json()
    status = reply.status
    bare = Said(f"HTTP {status}")
    if 200 <= status < 300:
        return None if isinstance(body, shape) or status == 204 else Transient(f"{bare} without JSON", bare)
    words = _said(body, "errors")
    words = bare if words == NOTHING else words
    text = str(words)
    if status in (401, 403):
        return Forbidden(text, words)
    if status == 429:
        return RateLimited(text, retry_after(reply), words)
    if status == 404:
        return Missing(text, words) if isinstance(body, dict) else Transient(f"{bare} without JSON", bare)
    if 400 <= status < 500:
        if status != 400:
            log.error("Amazon refused a malformed request: a bug of this program", extra={"status": status})
        return ContentRefused(text if isinstance(body, dict) else f"{bare} with HTML: the request is malformed", words)
    return Transient(text, words)


def invalid(answer: Mapping[str, Any]) -> ContentRefused:
    """Return the trouble in a response of the Listings API with HTTP 200 and the status INVALID."""
    words = _said(answer, "issues")
    return ContentRefused(str(words) or "refused without a reason", words)


def retry_after(reply: Reply) -> float | None:
    try:
        return min(float(reply.headers.get("retry-after", "")), 300.0)
    except ValueError:
        return None


def _said(body: Any, name: str) -> Said:
    issues = body.get(name) if isinstance(body, dict) else None
    return said(issue for issue in issues or () if isinstance(issue, dict))
