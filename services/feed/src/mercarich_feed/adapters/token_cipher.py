"""Refresh tokens at rest: AES-256-GCM with the row's identity as associated data.

A stored token is `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url without padding.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mercarich_feed.ports import UnreadableToken

_KEY_BYTES = 32
_NONCE_BYTES = 12


class BadKey(Exception):
    """The key is missing or is no key."""


class TokenCipher:
    """Encrypts and decrypts with one key of 32 bytes. Raises `BadKey`."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise BadKey(f"expected a key of {_KEY_BYTES} bytes, not of {len(key)}")
        self._cipher = AESGCM(key)
        self.key_id = hashlib.sha256(b"mercarich key id" + key).hexdigest()[:8]
        """Tells keys apart without giving one away."""

    def encrypt(self, user_id: int, token: str) -> str:
        """The text to store for this seller; it can be decrypted for no other."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, token.encode(), _identity(user_id))
        return f"v1.{self.key_id}.{_encoded(nonce)}.{_encoded(sealed)}"

    def decrypt(self, user_id: int, text: str) -> str:
        """Raises `UnreadableToken`."""
        parts = text.split(".")
        if len(parts) != 4 or parts[0] != "v1":
            raise UnreadableToken("the stored token is not of the form v1.<key id>.<nonce>.<ciphertext>")
        if parts[1] != self.key_id:
            raise UnreadableToken(f"it was encrypted with key {parts[1]}, and the given key is {self.key_id}")
        try:
            nonce, sealed = _decoded(parts[2]), _decoded(parts[3])
            return self._cipher.decrypt(nonce, sealed, _identity(user_id)).decode()
        except (InvalidTag, ValueError):
            raise UnreadableToken("the stored token was changed, or belongs to another row") from None


def new_key() -> str:
    """A fresh key as the environment variable or the file wants it."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


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
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("FEED_ENCRYPTION_KEY: expected 32 bytes in base64") from None
    if len(key) != _KEY_BYTES:
        raise BadKey(f"FEED_ENCRYPTION_KEY: expected 32 bytes in base64, these are {len(key)}")
    return key


def _identity(user_id: int) -> bytes:
    return f"amazon_accounts|refresh_token|{user_id}".encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
