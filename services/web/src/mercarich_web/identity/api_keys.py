"""A seller's API keys: create, list and revoke them, and find the owner of a request's key."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import KeyMade
from mercarich_reasons.accounts import KeyIncomplete, KeyNameTaken, TooManyKeys
from mercarich_web.identity.allowances import Allowances
from mercarich_web.identity.keys import MOST_KEYS, PREFIX, Key, Scope, packed
from mercarich_web.identity.people import Account, Session
from mercarich_web.identity.sign_in import TooMany, hashed
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.keys import SqlKeys
from mercarich_web.refusals import NotFound, Refused

USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Keys:
    book: SqlKeys
    allowance: Allowances
    audit: SqlAudit
    now: Clock

    def of(self, user_id: int) -> Sequence[Key]:
        return self.book.of(user_id)

    def make(self, session: Session, name: str, scopes: Collection[Scope], by: Actor) -> str:
        """Create a key and return it. Only its hash is stored. Raises `Refused`, and `Superseded` when the session is
        over by now.

        Each name is given once: whoever reloads the page that shows a key, or clicks twice, gets no second one.
        """
        if not name.strip() or not scopes:
            raise Refused(KeyIncomplete())
        if len(self.book.of(session.account.user_id)) >= MOST_KEYS:
            raise Refused(TooManyKeys(MOST_KEYS))
        key, now = PREFIX + secrets.token_urlsafe(32), self.now()
        name = name.strip()[:64]
        if not self.book.add(session, hashed(key), name, packed(scopes), now, KeyMade(name, by.address or "")):
            raise Refused(KeyNameTaken(name))
        self.audit.write(AuditAction.KEY_MADE, by, name, packed(scopes), now)
        return key

    def revoke(self, user_id: int, key_id: int, by: Actor) -> Key:
        """Revoke a key and return it. Raises `NotFound`."""
        gone = self.book.revoke(user_id, key_id)
        if gone is None:
            raise NotFound(f"there is no key {key_id}")
        self.audit.write(AuditAction.KEY_REVOKED, by, gone.name, packed(gone.scopes), self.now())
        return gone

    def owner(self, key: str) -> tuple[Account, Key] | None:
        """Return the key's owner and count a call. Raises `TooMany`, for a known key without a query."""
        if not key.startswith(PREFIX) or len(key) >= 100:
            return None
        key_hash = hashed(key)
        _refuse_if(self.allowance.spent(key_hash))
        found = self.book.owner(key_hash)
        if found is None:
            return None
        account, known = found
        _refuse_if(self.allowance.take(key_hash, account.user_id))
        now = self.now()
        if known.used_at is None or now - known.used_at > USED_EVERY:
            self.book.used(known.id, now)
        return found


def _refuse_if(seconds: float) -> None:
    if seconds > 0:
        raise TooMany(seconds)
