"""What reaches a browser, sealed with a key made of the server's root: who has it could send there, or see what is."""

import hashlib
from dataclasses import dataclass

import orjson

from mercarich_platform.sealing import Sealer, Unreadable
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.notices.browsers.web_push import Subscription, encoded, subscription


@dataclass(frozen=True, slots=True)
class BrowserSecrets:
    """Each is bound to its user and endpoint. Every method raises `BadConfiguration`."""

    key: ServerKey

    def seal(self, user_id: int, given: Subscription) -> str:
        told = {"endpoint": given.endpoint, "p256dh": encoded(given.p256dh), "auth": encoded(given.auth)}
        return self._sealer().seal(_purpose(user_id, endpoint_hash(given.endpoint)), orjson.dumps(told))

    def open(self, user_id: int, hashed: str, sealed: str) -> Subscription:
        """Raises `Unreadable`, too."""
        told = orjson.loads(self._sealer().open(_purpose(user_id, hashed), sealed))
        found = subscription(told["endpoint"], told["p256dh"], told["auth"])
        if found is None:
            raise Unreadable("the stored keys are none of a browser")
        return found

    def topic(self, user_id: int, of: str) -> str:
        """Return what a push service knows a message by: it tells nobody which notice it is."""
        return self.key.secret("push_topic", user_id, of).hex()[:32]

    def _sealer(self) -> Sealer:
        return Sealer(self.key.secret("push_subscriptions"))


def endpoint_hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _purpose(user_id: int, hashed: str) -> str:
    return f"push_subscriptions|{user_id}|{hashed}"
