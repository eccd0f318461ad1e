"""A passkey's authenticator in software: it signs what a browser would let it sign, and what none would."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 1, 4, 64
"""Flags of the authenticator's data (WebAuthn Level 2, 6.1)."""


def packed(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey, which each ceremony may misuse by its keywords."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    id: bytes = field(default_factory=lambda: token_bytes(32))
    count: int = 0

    def make(self, options: dict[str, Any], origin: str) -> str:
        """Return what `navigator.credentials.create` returns for these options, as JSON."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], WITH_KEY) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"attestationObject": packed(attestation), "transports": ["internal"]}
        return self._answer(response, _told("webauthn.create", options["challenge"], origin))

    def use(self, options: dict[str, Any], origin: str) -> str:
        """Return what `navigator.credentials.get` returns for these options, as JSON."""
        self.count += 1
        data, told = self._data(options["rpId"], 0), _told("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(data + sha256(told).digest(), ECDSA(SHA256()))
        return self._answer({"authenticatorData": packed(data), "signature": packed(signature)}, told)

    def _data(self, site: str, more: int) -> bytes:
        flags = PRESENT | VERIFIED | more
        return sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any], told: bytes) -> str:
        name = packed(self.id)
        whole = {"clientDataJSON": packed(told), **response}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": whole})


def _told(ceremony: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": ceremony, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
