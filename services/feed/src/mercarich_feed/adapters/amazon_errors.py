"""What an answer of Amazon means: the tables of LWA and SP-API errors as one function each."""

import logging
from typing import Any

from mercarich_feed.adapters.http import Reply
from mercarich_feed.ports import (
    AmazonTrouble,
    AppCredentials,
    ContentRefused,
    Forbidden,
    Missing,
    RateLimited,
    TokenRevoked,
    Transient,
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
        return None if fields.get("access_token") else Transient("LWA answered 200 without an access token")
    code = fields.get("error")
    text = f"LWA {code or reply.status}: {fields.get('error_description', '')}".rstrip(": ")
    if reply.status == 429:
        return RateLimited(text, retry_after(reply))
    if reply.status < 500 and code in _SELLERS:
        return TokenRevoked(text)
    if reply.status < 500 and code in _APPLICATIONS:
        return AppCredentials(text)
    return Transient(text)


def spapi_trouble(reply: Reply) -> AmazonTrouble | None:
    """Of an answer of the Selling Partner API; None for 2xx with a JSON object, or 204.

    401 and 403 are `Forbidden`: whether the access token was merely old, the caller finds out.
    """
    body = reply.json()
    status = reply.status
    if 200 <= status < 300:
        return None if isinstance(body, dict) or status == 204 else Transient(f"HTTP {status} without JSON")
    text = _errors(body) or f"HTTP {status}"
    if status in (401, 403):
        return Forbidden(text)
    if status == 429:
        return RateLimited(text, retry_after(reply))
    if status == 404:
        return Missing(text) if isinstance(body, dict) else Transient("HTTP 404 without JSON")
    if 400 <= status < 500:
        if status != 400:
            log.error("Amazon refuses how it is asked: a fault of this program", extra={"status": status})
        return ContentRefused(text if isinstance(body, dict) else f"HTTP {status} with HTML: the request is malformed")
    return Transient(text)


def issues_of(body: Any) -> str:
    """The issues of a Listings answer in one sentence."""
    issues = body.get("issues") if isinstance(body, dict) else None
    return "; ".join(_sentence(issue) for issue in issues or ()) or "refused without a reason"


def retry_after(reply: Reply) -> float | None:
    try:
        return min(float(reply.headers.get("retry-after", "")), 300.0)
    except ValueError:
        return None


def _errors(body: Any) -> str:
    errors = body.get("errors") if isinstance(body, dict) else None
    return "; ".join(_sentence(error) for error in errors or () if isinstance(error, dict))


def _sentence(issue: dict[str, Any]) -> str:
    return f"{issue.get('code', '')} {issue.get('message', '')}".strip()
