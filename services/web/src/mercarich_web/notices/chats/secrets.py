"""The secrets that post to sellers' chats, sealed with a key made of the server's root."""

from dataclasses import dataclass
from uuid import UUID

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

    def retry_key(self, user_id: int, sending_id: int) -> str:
        """Return a UUID, always the same for a sending, and another one for that of another database."""
        return str(UUID(bytes=self.key.secret("notice_chats.retry", user_id, sending_id)[:16], version=4))

    def _sealer(self) -> Sealer:
        return Sealer(self.key.secret("notice_chats"))


def _purpose(user_id: int, way: Way) -> str:
    return f"notice_chats|{user_id}|{way}"
