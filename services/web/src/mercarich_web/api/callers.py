"""Authentication of API requests: whose key it is, whether its scopes allow the route, and whether it is within its
rate limit."""

import math
from collections.abc import Callable

from fastapi import Request
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.keys import Scope
from mercarich_web.identity.people import Account, Role
from mercarich_web.identity.sign_in import TooMany

BEARER = HTTPBearer(auto_error=False, description="A key made at /account/keys; each route names the scope it needs.")


def caller(keys: Keys, scope: Scope) -> Callable[[Request], Account]:
    """A dependency that returns the seller who owns the request's key."""

    def with_key(request: Request) -> Account:
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        try:
            found = keys.owner(key.strip()) if kind.lower() == "bearer" else None
        except TooMany as error:
            wait = str(math.ceil(error.seconds))
            raise HTTPException(429, f"too many calls; wait {wait} s", {"Retry-After": wait}) from error
        if found is None:
            raise HTTPException(401, "a key is needed: Authorization: Bearer mk_…", {"WWW-Authenticate": "Bearer"})
        account, known = found
        request.state.caller = account.username
        if scope not in known.scopes or account.role is not Role.SELLER:
            wanted = f'Bearer error="insufficient_scope", scope="{scope}"'
            raise HTTPException(403, f"this key lacks the scope {scope}", {"WWW-Authenticate": wanted})
        return account

    return with_key
