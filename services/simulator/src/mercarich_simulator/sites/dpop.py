"""Verifies the DPoP proof of a Mercari request: a JWS with ES256 over method and address.

As Mercari does (marketplaces.md 1.2): the signature must match the embedded key, `htm` the method, and the path of
`htu` the requested path; query, host, `iat` and `jti` are not checked. The path may be written with or
without the simulator's own prefix `/mercari`, since a client may sign the address it calls or the real one.
"""

import base64
import binascii
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

_BYTES = 32
_KEPT_KEYS = 256
_ALGORITHM = ec.ECDSA(SHA256())


class DPoPVerifier:
    """Verifies proofs. It caches recent public keys, since building one costs as much as a verification."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], ec.EllipticCurvePublicKey] = {}

    def refusal(self, proof: str, method: str, path: str) -> str | None:
        """Return why the request is refused; None for a valid proof. `path` is without the prefix."""
        if not proof:
            return "missing auth token"
        try:
            return None if self._is_good(proof, method, path) else "invalid token"
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, InvalidSignature):
            return "invalid token"

    def _is_good(self, proof: str, method: str, path: str) -> bool:
        signed, _, signature_text = proof.rpartition(".")
        header_text, payload_text = signed.split(".")
        header, payload = orjson.loads(_decoded(header_text)), orjson.loads(_decoded(payload_text))
        if header["typ"] != "dpop+jwt" or header["alg"] != "ES256":
            return False
        signature = _decoded(signature_text)
        if len(signature) != 2 * _BYTES:
            return False
        der = utils.encode_dss_signature(int.from_bytes(signature[:_BYTES]), int.from_bytes(signature[_BYTES:]))
        self._key(header["jwk"]).verify(der, signed.encode(), _ALGORITHM)
        signed_path = urlsplit(payload["htu"]).path
        return payload["htm"] == method and signed_path in (path, "/mercari" + path)

    def _key(self, jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
        if jwk["crv"] != "P-256" or jwk["kty"] != "EC":
            raise ValueError("not a P-256 key")
        name = (jwk["x"], jwk["y"])
        if name not in self._keys:
            x, y = _decoded(name[0]), _decoded(name[1])
            if len(x) != _BYTES or len(y) != _BYTES:
                raise ValueError("a coordinate is not 32 bytes long")
            if len(self._keys) >= _KEPT_KEYS:
                self._keys.clear()
            numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
            self._keys[name] = numbers.public_key()
        return self._keys[name]


def _decoded(text: str) -> bytes:
    if "=" in text:
        raise ValueError("base64url is unpadded in a JWS")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
