"""The secrets that post to sellers' chats, sealed with a key made of the server's root."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mercarich_platform.sealing import Sealer
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.notices.notices import Way


@dataclass(frozen=True, slots=True)
class ChatSecrets:
    """Each is bound to its user and chat. Every method raises `BadConfiguration`."""

    key: ServerKey

    def seal(self, user_id: int, way: Way, secret: str) -> str:
        return self._sealer().seal(_purpose(user_id, way), secret.encode())

    def open(self, user_id: int, way: Way, sealed: str) -> str:
        """Raises `Unreadable`, too."""
        return self._sealer().open(_purpose(user_id, way), sealed).decode()

    def retry_key(self, user_id: int, sending_id: int, created_at: datetime) -> str:
        """Return a key of a UUID's form (version 4), always the same for a sending.

        The time tells it from one that had the id before a backup was restored: that database has the same root, and
        gives its ids out again.
        """
        parts = (user_id, sending_id, created_at.astimezone(UTC).isoformat(timespec="microseconds"))
        digits = self.key.secret("notice_chats.retry", *parts).hex()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"

    def _sealer(self) -> Sealer:
        return Sealer(self.key.secret("notice_chats"))


def _purpose(user_id: int, way: Way) -> str:
    return f"notice_chats|{user_id}|{way}"
