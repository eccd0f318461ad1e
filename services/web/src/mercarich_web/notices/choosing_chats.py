"""The choice of chats in which notices are read, and of their kinds."""

from collections.abc import Collection
from dataclasses import dataclass

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import NoticesToChat
from mercarich_reasons.accounts import NoChatAddress
from mercarich_web.identity.people import Role, Session
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.notices.chats.secrets import ChatSecrets
from mercarich_web.notices.chats.vendor import entered
from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.notices import ON_BY_DEFAULT, Chat, Kind, Way
from mercarich_web.notices.sql.chats import SqlChats
from mercarich_web.notices.sql.ways import SqlWays
from mercarich_web.refusals import NotFound, Refused


@dataclass(frozen=True, slots=True)
class ChooseChats:
    book: SqlChats
    ways: SqlWays
    secrets: ChatSecrets
    audit: SqlAudit
    now: Clock

    def choose(self, session: Session, way: Way, entry: tuple[str, str], kinds: Collection[Kind], by: Actor) -> None:
        """Store the place and the secret of `entry`, and the kinds to send there. An empty secret leaves that of
        before. Raises `Refused`, `NotFound` for a way that is no chat, and `Superseded` when the session is over."""
        vendor, account = VENDORS.get(way), session.account
        if vendor is None:
            raise NotFound(f"{way} is no chat")
        old = self.ways.ways(account.user_id).chats.get(way)
        found = entered(vendor, *entry, old)
        if found is None:
            raise Refused(NoChatAddress(vendor.name, vendor.example))
        place, secret = found
        sealed = self.secrets.seal(account.user_id, way, secret) if secret is not None else old.sealed if old else ""
        chosen = ON_BY_DEFAULT if account.role is Role.OPERATOR else frozenset(kinds)
        is_new = secret is not None or old is None or old.place != place
        told = NoticesToChat(by.address or "", vendor.name) if is_new else None
        self.book.put(session, way, Chat(place, sealed, chosen), self.now(), told)
        if is_new:
            self._write(by, account.username, f"{way} {place}")

    def remove(self, session: Session, way: Way, by: Actor) -> None:
        """Raises `NotFound`, and `Superseded` when the session is over by now."""
        if not self.book.remove(session, way, self.now()):
            raise NotFound(f"notices go to no place at {way}")
        self._write(by, session.account.username, f"{way} none")

    def _write(self, by: Actor, username: str, detail: str) -> None:
        self.audit.write(AuditAction.NOTICE_WAYS_CHANGED, by, username, detail, self.now())
