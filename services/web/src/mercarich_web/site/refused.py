"""Log refused requests: who asked for which route, from where, and why it was refused."""

import logging

from starlette.requests import Request

from mercarich_web.site.addresses import pattern

log = logging.getLogger(__name__)


def note(request: Request, status: int, why: str) -> None:
    """Log the route's pattern instead of the address: the address may contain secrets, and so may the body."""
    visit, client = getattr(request.state, "visit", None), request.client
    account = visit.session.account if visit is not None and visit.session is not None else None
    told = {
        "status": status,
        "why": why,
        "method": request.method,
        "route": pattern(request.scope),
        "user": account.username if account is not None else getattr(request.state, "caller", None),
        "address": client.host if client is not None else None,
    }
    log.warning("refused", extra=told)
