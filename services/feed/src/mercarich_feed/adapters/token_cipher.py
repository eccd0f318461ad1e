"""Refresh tokens at rest: sealed for their row (`mercarich_platform.sealing`)."""

from pathlib import Path

from mercarich_feed.ports import UnreadableToken
from mercarich_platform.sealing import BadKey, Sealer, Unreadable, decoded_key, new_key

__all__ = ["BadKey", "TokenCipher", "new_key", "read_key"]


class TokenCipher:
    """Encrypts with one key of 32 bytes, decrypts with that and an older one. Raises `BadKey`."""

    def __init__(self, key: bytes, older: bytes | None = None) -> None:
        self._sealer = Sealer(key, older)
        self.key_id = self._sealer.key_id
        """Tells keys apart without giving one away."""

    def encrypt(self, user_id: int, token: str) -> str:
        """The text to store for this seller; it can be decrypted for no other."""
        return self._sealer.seal(_identity(user_id), token.encode())

    def decrypt(self, user_id: int, text: str) -> str:
        """Raises `UnreadableToken`."""
        try:
            return self._sealer.open(_identity(user_id), text).decode()
        except (Unreadable, UnicodeDecodeError) as error:
            raise UnreadableToken(str(error), text) from None

    def is_current(self, text: str) -> bool:
        """Encrypted with the newer key."""
        return self._sealer.is_current(text)


def read_key(text: str, file: Path | None) -> bytes:
    """The key from the variable's text, else from the file. Raises `BadKey` with a sentence."""
    if not text and file is None:
        raise BadKey("FEED_ENCRYPTION_KEY or FEED_ENCRYPTION_KEY_FILE is needed: 32 bytes in base64")
    if not text and file is not None:
        try:
            text = file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            raise BadKey(f"FEED_ENCRYPTION_KEY_FILE: cannot read {file} ({reason})") from None
    return decoded_key(text, "FEED_ENCRYPTION_KEY")


def _identity(user_id: int) -> str:
    return f"amazon_accounts|refresh_token|{user_id}"
