"""Compose a request to a push service: RFC 8030, its body encrypted for the browser alone, signed by this system.

Sources: https://www.rfc-editor.org/rfc/rfc8030 (TTL, Urgency, Topic, 201), https://www.rfc-editor.org/rfc/rfc8291 (the
keys of a message), https://www.rfc-editor.org/rfc/rfc8188 (`aes128gcm`, one record here),
https://www.rfc-editor.org/rfc/rfc8292 (VAPID: who sends).
"""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 3_993
"""Maximum number of bytes of a message: a push service may refuse a body of more than 4,096 bytes (RFC 8291, 4)."""
SIGNED_FOR = timedelta(hours=12)
"""How long a signature is good; 24 hours at most (RFC 8292, 2)."""
_RECORD = 4096
_CURVE = ec.SECP256R1()
_SALT_BYTES, _AUTH_BYTES, _POINT_BYTES = 16, 16, 65
_LAST = b"\x02"
"""Ends the text of the last record (RFC 8188, 2)."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser's `PushSubscription` holds."""

    endpoint: str
    p256dh: bytes
    """Its public key: an uncompressed point of P-256."""
    auth: bytes

    @property
    def origin(self) -> str:
        """The `aud` of a signature: scheme and host of the push service."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Push:
    """A message, and what the push service is told of it."""

    text: bytes
    seconds: int
    """How long the push service keeps it for a browser that is not reached."""
    urgent: bool
    topic: str
    """At most 32 characters of base64url; a later message of the same topic takes the place of one that still waits."""


class Signer:
    """Signs for this system with its key of web push: 32 bytes, a scalar of P-256. Raises `ValueError` for others."""

    def __init__(self, key: bytes, contact: str) -> None:
        """`contact`: where the push service's operators reach ours, as `mailto:` or https; may be empty."""
        self._key = ec.derive_private_key(int.from_bytes(key, "big"), _CURVE)
        self._contact = contact
        self.public_key = encoded(_point(self._key.public_key()))
        """The `applicationServerKey` of a browser's subscription."""

    def authorization(self, origin: str, now: datetime) -> str:
        """Return the header's value."""
        claims: dict[str, object] = {"aud": origin, "exp": int((now + SIGNED_FOR).timestamp())}
        if self._contact:
            claims["sub"] = self._contact
        parts = ({"typ": "JWT", "alg": "ES256"}, claims)
        signed = ".".join(encoded(orjson.dumps(part)) for part in parts)
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"vapid t={signed}.{encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={self.public_key}"


def request(to: Subscription, push: Push, signer: Signer, now: datetime) -> tuple[Mapping[str, str], bytes]:
    """Return headers and body of the POST to the endpoint. Raises `ValueError` for a text that is too long."""
    headers = {
        "Authorization": signer.authorization(to.origin, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(push.seconds),
        "Urgency": "high" if push.urgent else "normal",
        "Topic": push.topic,
    }
    return headers, encrypted(push.text, to, os.urandom(_SALT_BYTES), ec.generate_private_key(_CURVE))


def encrypted(text: bytes, to: Subscription, salt: bytes, own: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a text as a body for the browser. `salt` and `own` are fresh for each message. Raises `ValueError` for a
    text that is too long, or a public key that is no point of the curve."""
    if len(text) > LONGEST:
        raise ValueError(f"a message of {len(text)} bytes does not fit")
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, to.p256dh))
    sender = _point(own.public_key())
    secret = _derived(to.auth, shared, b"WebPush: info\0" + to.p256dh + sender, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(sender)]) + sender
    return head + AESGCM(key).encrypt(nonce, text + _LAST, None)


def subscription(endpoint: str, p256dh: str, auth: str) -> Subscription | None:
    """Return the subscription whose keys are these in base64url; None: they are none. The endpoint is not looked at."""
    try:
        point, secret = decoded(p256dh), decoded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
    except ValueError:
        return None
    if len(point) != _POINT_BYTES or len(secret) != _AUTH_BYTES:
        return None
    return Subscription(endpoint, point, secret)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Raises `ValueError`."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64url") from error


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
