"""Refresh tokens at rest: sealed for their row (`mercarich_platform.sealing`)."""

from pathlib import Path

from mercarich_feed.ports_tokens import UnreadableToken
from mercarich_platform.sealing import BadKey, Sealer, Unreadable, decoded_key, new_key

__all__ = ["BadKey", "TokenCipher", "new_key", "read_key"]


class TokenCipher:
    """Encrypts with one key of 32 bytes; decrypts with that key and an older one. Raises `BadKey`."""

    def __init__(self, key: bytes, older: bytes | None = None) -> None:
        self._sealer = Sealer(key, older)
        self.key_id = self._sealer.key_id
        """Identifies the key without revealing it."""

    def encrypt(self, user_id: int, token: str) -> str:
        """Return the text to store for this seller; it cannot be decrypted for any other."""
        return self._sealer.seal(_identity(user_id), token.encode())

    def decrypt(self, user_id: int, text: str) -> str:
        """Return the token. Raises `UnreadableToken`."""
        try:
            return self._sealer.open(_identity(user_id), text).decode()
        except (Unreadable, UnicodeDecodeError) as error:
            raise UnreadableToken(str(error), text) from None

    def is_current(self, text: str) -> bool:
        """Return whether the text is encrypted with the newer key."""
        return self._sealer.is_current(text)


def read_key(text: str, file: Path | None) -> bytes:
    """Return the key from the variable's text, else from the file. Raises `BadKey`; its text is for the operator."""
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
