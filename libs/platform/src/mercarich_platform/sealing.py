"""Secrets at rest: AES-256-GCM under a key that can be replaced, each bound to what it is for.

A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, the last two in base64url without padding. To replace a key, give
the new one with the older one beside it: what the older one sealed still opens, `is_current` tells what to seal anew.
"""

import base64
import binascii
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12


class BadKey(Exception):
    """The key is missing or is no key."""


class Unreadable(Exception):
    """A sealed text that no given key opens, or not for this purpose."""


class Sealer:
    """Keys of 32 bytes; seals with the first. Raises `BadKey`."""

    def __init__(self, key: bytes, older: bytes | None = None) -> None:
        self.key_id = key_id(key)
        """Tells keys apart without giving one away."""
        self._current = AESGCM(_checked(key))
        self._ciphers = {self.key_id: self._current}
        if older is not None:
            self._ciphers.setdefault(key_id(older), AESGCM(_checked(older)))

    def seal(self, purpose: str, secret: bytes) -> str:
        """It is opened for this purpose only."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._current.encrypt(nonce, secret, purpose.encode())
        return f"v1.{self.key_id}.{_encoded(nonce)}.{_encoded(sealed)}"

    def open(self, purpose: str, text: str) -> bytes:
        """Raises `Unreadable`."""
        parts = text.split(".")
        if len(parts) != 4 or parts[0] != "v1":
            raise Unreadable("what is stored is not of the form v1.<key id>.<nonce>.<ciphertext>")
        cipher = self._ciphers.get(parts[1])
        if cipher is None:
            raise Unreadable(f"it was encrypted with key {parts[1]}, and given is {' and '.join(self._ciphers)}")
        try:
            return cipher.decrypt(_decoded(parts[2]), _decoded(parts[3]), purpose.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("what is stored was changed, or belongs to another row") from None

    def is_current(self, text: str) -> bool:
        """Sealed with the newer key."""
        return text.startswith(f"v1.{self.key_id}.")


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"mercarich key id" + key).hexdigest()[:8]


def decoded_key(text: str, name: str) -> bytes:
    """A key as a variable or a file holds it, 32 bytes in base64. Raises `BadKey`, which names `name` and no key."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise BadKey(f"{name}: expected {KEY_BYTES} bytes in base64") from None
    if len(key) != KEY_BYTES:
        raise BadKey(f"{name}: expected {KEY_BYTES} bytes in base64, these are {len(key)}")
    return key


def new_key() -> str:
    """A fresh key as a variable or a file wants it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise BadKey(f"expected a key of {KEY_BYTES} bytes, not of {len(key)}")
    return key


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
