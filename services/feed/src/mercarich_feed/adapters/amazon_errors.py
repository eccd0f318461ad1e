"""What an answer of Amazon means: the tables of LWA and SP-API errors as one function each."""

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
"""The second: the token was given to another application."""
_APPLICATIONS = frozenset({"invalid_client", "invalid_request", "invalid_scope", "access_denied"})


def lwa_trouble(reply: Reply) -> AmazonTrouble | None:
    """Of an answer of the token address; None when it carries an access token."""
    body = reply.json()
    fields = body if isinstance(body, dict) else {}
    if reply.status == 200:
        bare = Transient("LWA answered 200 without an access token", Said("HTTP 200"))
        return None if fields.get("access_token") else bare
    code, description = fields.get("error"), fields.get("error_description", "")
    text = f"LWA {code or reply.status}: {description}".rstrip(": ")
    told = Said(str(description or f"HTTP {reply.status}"), code and str(code))
    if reply.status == 429:
        return RateLimited(text, retry_after(reply), told)
    if reply.status < 500 and code in _SELLERS:
        return TokenRevoked(text, told)
    if reply.status < 500 and code in _APPLICATIONS:
        return AppCredentials(text, told)
    return Transient(text, told)


def spapi_trouble(reply: Reply) -> AmazonTrouble | None:
    """Of an answer of the Selling Partner API; None for 2xx with a JSON object, or 204.

    401 and 403 are `Forbidden`: whether the access token was merely old, the caller finds out.
    """
    body = reply.json()
    status = reply.status
    bare = Said(f"HTTP {status}")
    if 200 <= status < 300:
        return None if isinstance(body, dict) or status == 204 else Transient(f"{bare} without JSON", bare)
    told = _said(body, "errors")
    told = bare if told == NOTHING else told
    text = str(told)
    if status in (401, 403):
        return Forbidden(text, told)
    if status == 429:
        return RateLimited(text, retry_after(reply), told)
    if status == 404:
        return Missing(text, told) if isinstance(body, dict) else Transient(f"{bare} without JSON", bare)
    if 400 <= status < 500:
        if status != 400:
            log.error("Amazon refuses how it is asked: a fault of this program", extra={"status": status})
        return ContentRefused(text if isinstance(body, dict) else f"{bare} with HTML: the request is malformed", told)
    return Transient(text, told)


def invalid(answer: Mapping[str, Any]) -> ContentRefused:
    """Of an answer of the Listings API that came with 200 and says that it is invalid."""
    told = _said(answer, "issues")
    return ContentRefused(str(told) or "refused without a reason", told)


def retry_after(reply: Reply) -> float | None:
    try:
        return min(float(reply.headers.get("retry-after", "")), 300.0)
    except ValueError:
        return None


def _said(body: Any, name: str) -> Said:
    issues = body.get(name) if isinstance(body, dict) else None
    return said(issue for issue in issues or () if isinstance(issue, dict))
