"""What keys of the API need from outside. Every method of `KeyBook` raises `DatabaseAway`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mercarich_web.domain.keys import Key
from mercarich_web.domain.people import Account


class KeyBook(Protocol):
    def add(self, user_id: int, key_hash: str, name: str, scopes: str, now: datetime) -> None: ...

    def of(self, user_id: int) -> Sequence[Key]:
        """Newest first."""

    def revoke(self, user_id: int, key_id: int) -> Key | None:
        """The key that is no more; None where this seller has none of this id."""

    def owner(self, key_hash: str) -> tuple[Account, Key] | None:
        """Of an active user who may sign in."""

    def used(self, key_id: int, now: datetime) -> None: ...


class Allowance(Protocol):
    """How many calls a key, and all keys of a seller together, may make."""

    def spent(self, key_hash: str) -> float:
        """Seconds until the key's next call is allowed; counts nothing."""

    def take(self, key_hash: str, user_id: int) -> float:
        """Count a call and answer 0; or count nothing and answer the seconds to wait."""
