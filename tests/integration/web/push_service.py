"""A double of a vendor's push service: a real HTTP server that checks each request as the standards say, and decrypts
it as the browser would, by code of its own."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.integration.web.chat_vendors import Said
from tests.integration.web.receivers import Listening

CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class DecryptedPush:
    text: bytes
    record: int


class PushBrowser:
    """A browser's side of a subscription."""

    def __init__(self, host: str, path: str) -> None:
        self.host, self.path = host, path
        self.key = ec.generate_private_key(CURVE)
        self.auth = hashlib.sha256(path.encode()).digest()[:16]

    @property
    def fields(self) -> dict[str, str]:
        """What the page sends."""
        keys = {"p256dh": _text(_point(self.key.public_key())), "auth": _text(self.auth)}
        return {"endpoint": f"https://{self.host}{self.path}", **keys}


@dataclass(frozen=True, slots=True)
class TakenPush:
    """A push that was accepted or refused."""

    browser: PushBrowser
    headers: Mapping[str, str]
    told: Mapping[str, Any]
    """The message, decrypted."""
    claims: Mapping[str, Any]


@dataclass
class PushService(Listening):
    """`next` are replies that come first. `key`: of this system, in base64url, as in the browsers' subscriptions."""

    now: Callable[[], datetime]
    key: str
    taken: list[TakenPush] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    next: list[Said] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Paths of subscriptions that are there no more."""
    browsers: dict[str, PushBrowser] = field(default_factory=dict)

    def __post_init__(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                service._post(self)

            def log_message(self, format: str, *args: object) -> None:
                """Suppress the log."""

        super().__init__(Handler)

    def browser(self, host: str = "push.example") -> PushBrowser:
        """Return a browser that has subscribed."""
        one = PushBrowser(host, f"/wpush/v2/{len(self.browsers)}-Secret_{'x' * 40}")
        self.browsers[one.path] = one
        return one

    @property
    def bodies(self) -> list[str]:
        return [str(one.told["body"]) for one in self.taken]

    def _post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            said = self._reply(request.path, headers, body)
        except (AssertionError, KeyError, ValueError) as error:
            self.wrong.append(repr(error))
            said = Said(400)
        request.send_response(said.status)
        for name, value in said.headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.send_header("Connection", "close")
        request.end_headers()
        request.close_connection = True

    def _reply(self, path: str, headers: Mapping[str, str], body: bytes) -> Said:
        if path in self.ended:
            return Said(410)
        browser = self.browsers[path]
        assert headers["host"] == browser.host
        assert headers["content-encoding"] == "aes128gcm"
        assert re.fullmatch(r"[0-9]{1,7}", headers["ttl"])
        assert headers["urgency"] in ("very-low", "low", "normal", "high")
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers["topic"])
        assert len(body) <= 4096
        claims = verified(headers["authorization"], self.now())
        assert claims["aud"] == f"https://{browser.host}"
        assert re.match(r"mailto:.+@|https://", str(claims["sub"]))
        assert headers["authorization"].endswith(f", k={self.key}")
        told = json.loads(decrypted(body, browser.key, browser.auth).text)
        self.taken.append(TakenPush(browser, headers, told, claims))
        return self.next.pop(0) if self.next else Said(201, headers={"Location": f"https://{browser.host}/m/1"})


def verified(authorization: str, now: datetime) -> dict[str, object]:
    """Return the claims of a signature (RFC 8292). Raises `AssertionError`."""
    found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", authorization)
    assert found is not None, authorization
    head, claims, seal, key = found.groups()
    assert json.loads(_bytes(head)) == {"typ": "JWT", "alg": "ES256"}
    r, s = _bytes(seal)[:32], _bytes(seal)[32:]
    assert len(s) == 32
    der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _bytes(key))
    try:
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise AssertionError("the signature is not that of the key") from None
    told: dict[str, object] = json.loads(_bytes(claims))
    left = int(str(told["exp"])) - now.timestamp()
    assert 0 < left <= 86_400, "a signature is good for a day at most"
    return told


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> DecryptedPush:
    """Return the text of a body (RFC 8188, 8291), with its record size. Raises when it is for another browser."""
    salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
    own = _point(key.public_key())
    secret = _hkdf(auth, shared, b"WebPush: info\0" + own + sender, 32)
    cipher = AESGCM(_hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16))
    padded = cipher.decrypt(_hkdf(salt, secret, b"Content-Encoding: nonce\0", 12), sealed, None).rstrip(b"\0")
    assert len(sealed) <= record
    assert padded[-1] == 2, "the last record"
    return DecryptedPush(padded[:-1], record)


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """One block of RFC 5869, which 32 bytes are enough for."""
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
