"""DPoP proofs: a JWS over method and address of one request, signed with this process's own key.

Mercari checks `htm` and the path of `htu`. r, s, x and y must be padded to 32 bytes each: without padding, Mercari
refuses one request in sixty.
"""

import base64
import uuid
from collections.abc import Callable

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mercarich_platform.clock import Clock

KeyMaker = Callable[[], ec.EllipticCurvePrivateKey]

_COORDINATE_BYTES = 32
_ALGORITHM = ec.ECDSA(SHA256())


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Signer:
    """Signs requests with one key for the life of the process. The key identifies nothing else: it is not rotated."""

    def __init__(self, utc: Clock, *, make_key: KeyMaker = _new_key) -> None:
        self._utc = utc
        self._key = make_key()
        self._session = str(uuid.uuid4())
        numbers = self._key.public_key().public_numbers()
        jwk = {"crv": "P-256", "kty": "EC", "x": _padded(numbers.x), "y": _padded(numbers.y)}
        self._header = _encoded(orjson.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}))

    def proof(self, method: str, url: str) -> str:
        """Return the value of the `DPoP` header for one request. The signature does not cover the query."""
        payload = {
            "iat": int(self._utc().timestamp()),
            "jti": str(uuid.uuid4()),
            "htu": url.partition("?")[0],
            "htm": method,
            "uuid": self._session,
        }
        signed = f"{self._header}.{_encoded(orjson.dumps(payload))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), _ALGORITHM))
        signature = r.to_bytes(_COORDINATE_BYTES) + s.to_bytes(_COORDINATE_BYTES)
        return f"{signed}.{_encoded(signature)}"


def _padded(coordinate: int) -> str:
    return _encoded(coordinate.to_bytes(_COORDINATE_BYTES))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
