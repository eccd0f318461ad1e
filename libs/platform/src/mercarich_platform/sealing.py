"""Encrypt secrets at rest: AES-256-GCM with a replaceable key, each ciphertext bound to its purpose.

A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url without padding. To replace a key, give
the new one and the older one: texts of the older one can still be opened, and `is_current` tells which to seal again.
"""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
DEVELOPMENT_KEY, DEVELOPMENT_PASSWORD = b"not a secret: development only!!", "development"
"""The key, and the password of the database's user, that the chart publishes in its development profile."""
_NONCE_BYTES = 12


class BadKey(Exception):
    """The key is missing or malformed."""


class Unreadable(Exception):
    """The sealed text cannot be opened with the given keys, or not for this purpose."""


class Sealer:
    """Seals with the first of its keys of 32 bytes, opens with any. Raises `BadKey`."""

    def __init__(self, key: bytes, older: bytes | None = None) -> None:
        self.key_id = key_id(key)
        """Identifies the key without revealing it."""
        self._current = AESGCM(_checked(key))
        self._ciphers = {self.key_id: self._current}
        if older is not None:
            self._ciphers.setdefault(key_id(older), AESGCM(_checked(older)))

    def seal(self, purpose: str, secret: bytes) -> str:
        """Return the sealed text. It can be opened for the same purpose only."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._current.encrypt(nonce, secret, purpose.encode())
        return f"v1.{self.key_id}.{_encoded(nonce)}.{_encoded(sealed)}"

    def open(self, purpose: str, text: str) -> bytes:
        """Return the secret. Raises `Unreadable`."""
        parts = text.split(".")
        if len(parts) != 4 or parts[0] != "v1":
            raise Unreadable("the stored text is not of the form v1.<key id>.<nonce>.<ciphertext>")
        cipher = self._ciphers.get(parts[1])
        if cipher is None:
            raise Unreadable(f"it was encrypted with key {parts[1]}, but the given key is {' or '.join(self._ciphers)}")
        try:
            return cipher.decrypt(_decoded(parts[2]), _decoded(parts[3]), purpose.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("the stored text was changed, or belongs to another row") from None

    def is_current(self, text: str) -> bool:
        """Return whether the text is sealed with the newer key."""
        return text.startswith(f"v1.{self.key_id}.")


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"mercarich key id" + key).hexdigest()[:8]


def decoded_key(text: str, name: str) -> bytes:
    """Decode a key of 32 bytes from base64. Raises `BadKey`, whose text contains `name` but not the key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(f"{name}: expected {KEY_BYTES} bytes in base64") from None
    if len(key) != KEY_BYTES:
        raise BadKey(f"{name}: expected {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def refuse_published(key: bytes, name: str, database_password: str | None) -> None:
    """Raise `BadKey` for the key of the chart's development profile, except beside the database of that profile. As an
    older key it still opens what it has sealed, so that it can be replaced."""
    if key == DEVELOPMENT_KEY and database_password != DEVELOPMENT_PASSWORD:
        raise BadKey(
            f"{name}: everybody knows this key, it is that of the chart's development profile; make one of your own and"
            " give this one as the old key"
        )


def new_key() -> str:
    """Return a new random key in base64, for a variable or a file."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise BadKey(f"expected a key of {KEY_BYTES} bytes, not of {len(key)}")
    return key


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
