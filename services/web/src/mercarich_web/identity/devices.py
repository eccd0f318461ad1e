"""Browsers that have signed in before: each has a signed cookie for each of its users, as OWASP's "device cookies".

The cookie signs nobody in. Failed tries with it have a counter of their own, so that no guesser elsewhere can make its
owner wait.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from mercarich_web.identity.people import Account
from mercarich_web.identity.server_key import ServerKey

KNOWN_FOR = timedelta(days=365)
"""A browser that has not signed in for this time is not known any more."""


@dataclass(frozen=True, slots=True)
class Devices:
    key: ServerKey

    def cookie(self, account: Account, now: datetime) -> str:
        """Return a new value of the cookie: a random name, the time in seconds, and the signature for this user."""
        name = f"{secrets.token_hex(16)}.{int(now.timestamp())}"
        return f"{name}.{self._seal(account, name)}"

    def known(self, account: Account, cookie: str, now: datetime) -> str | None:
        """Return the name of the browser, or None when the cookie is not this user's, void, or too old."""
        name, _, seal = cookie.rpartition(".")
        if not hmac.compare_digest(self._seal(account, name).encode(), seal.encode(errors="replace")):
            return None
        made = int(name.rpartition(".")[2])
        return name if now.timestamp() - made <= KNOWN_FOR.total_seconds() else None

    def _seal(self, account: Account, name: str) -> str:
        return self.key.secret("device", account.user_id, account.devices_salt, name).hex()
