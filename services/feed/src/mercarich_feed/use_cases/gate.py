"""What every job passes before it calls Amazon: the seller's token is checked, and trouble pauses that seller alone."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, RateLimited, TokenRevoked, Unsent
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports import Accounts, Amazon, Meter
from mercarich_platform.clock import Monotonic, monotonic

log = logging.getLogger(__name__)

Job = Callable[[Account], float | None]
"""Returns the seconds until it goes on, or None when it is done."""
_LONGEST_REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Gate:
    """Run jobs. Trouble with one seller does not affect the others."""

    accounts: Accounts
    amazon: Amazon
    meter: Meter
    now: Monotonic = monotonic
    _rests: "_Rests" = field(default_factory=lambda: _Rests())

    def __call__(self, user_id: int, job: Job) -> float | None:
        resting = self._rests.left(user_id, self.now())
        if resting > 0:
            return resting
        account = self.accounts.pushable(user_id)
        if account is None:
            return None
        try:
            self.amazon.authorize(account)
            if not account.trusted:
                self.accounts.works(account)
            again = job(account)
        except TokenRevoked as trouble:
            self.meter.trouble(trouble)
            self.accounts.refused(account, str(trouble))
            log.warning("a seller's token is refused", extra={"user_id": user_id, "reason": str(trouble)})
            return None
        except Unsent:
            return None
        except AmazonTrouble as trouble:
            self.meter.trouble(trouble)
            if isinstance(trouble, ContentRefused):
                log.warning("Amazon refused a request", extra={"user_id": user_id, "reason": str(trouble)})
            return self._rests.begin(user_id, self.now(), getattr(trouble, "retry_after", None), trouble)
        self._rests.clear(user_id)
        return again


class _Rests:
    """A backoff per seller: doubles from one second to a minute, with jitter, and is reset by a success."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[int, tuple[float, float]] = {}

    def left(self, user_id: int, now: float) -> float:
        with self._lock:
            return self._until.get(user_id, (0.0, 0.0))[0] - now

    def begin(self, user_id: int, now: float, asked: float | None, trouble: AmazonTrouble) -> float:
        with self._lock:
            last = self._until.get(user_id, (0.0, 0.5))[1]
            span = 1.0 if isinstance(trouble, RateLimited) else min(last * 2, _LONGEST_REST_SECONDS)
            rest = max(span * random.uniform(0.5, 1.0), asked or 0.0)
            self._until[user_id] = (now + rest, span)
        told = {"user_id": user_id, "kind": type(trouble).__name__, "reason": str(trouble), "rest": round(rest, 1)}
        if isinstance(trouble, RateLimited):
            log.info("a seller's quota is used up", extra=told)
        else:
            log.warning("Amazon is not working for a seller", extra=told)
        return rest

    def clear(self, user_id: int) -> None:
        with self._lock:
            self._until.pop(user_id, None)
