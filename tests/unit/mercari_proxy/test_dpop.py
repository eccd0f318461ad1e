"""DPoP proofs: thousands of them, each well-formed, padded and verifiable."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mercarich_mercari_proxy.adapters.dpop import Signer

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(proof: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Verify as a server does. Raises InvalidSignature."""
    header, payload, signature = proof.split(".")
    jwk = json.loads(decoded(header))["jwk"]
    raw, x, y = decoded(signature), decoded(jwk["x"]), decoded(jwk["y"])
    assert (len(raw), len(x), len(y)) == (64, 32, 32)
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1())
    encoded = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    numbers.public_key().verify(encoded, f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))
    return json.loads(decoded(header)), json.loads(decoded(payload))


def signers() -> Iterator[Signer]:
    """Thirty keys, one of them with a coordinate that needs padding (one in 128 has)."""

    def short_key() -> ec.EllipticCurvePrivateKey:
        while True:
            key = ec.generate_private_key(ec.SECP256R1())
            numbers = key.public_key().public_numbers()
            if min(numbers.x, numbers.y) < 1 << 248:
                return key

    yield Signer(lambda: AT, make_key=short_key)
    for _ in range(29):
        yield Signer(lambda: AT)


def test_three_thousand_proofs_are_padded_and_verify() -> None:
    proofs = [signer.proof("GET", "https://api.mercari.jp/items/get?id=m1") for signer in signers() for _ in range(100)]
    for proof in proofs:
        verify(proof)

    assert len(set(proofs)) == 3000


def test_a_proof_names_method_path_and_time_and_leaves_the_query_out() -> None:
    signer = Signer(lambda: AT)
    header, payload = verify(signer.proof("POST", "https://api.mercari.jp/v2/entities:search?x=1"))

    assert (header["typ"], header["alg"]) == ("dpop+jwt", "ES256")
    assert payload["htm"] == "POST"
    assert payload["htu"] == "https://api.mercari.jp/v2/entities:search"
    assert payload["iat"] == int(AT.timestamp())


def test_one_process_keeps_one_key_and_never_repeats_a_proof() -> None:
    signer = Signer(lambda: AT)
    first, second = (verify(signer.proof("GET", "https://api.mercari.jp/items/get")) for _ in range(2))

    assert first[0] == second[0]
    assert first[1]["jti"] != second[1]["jti"]


def test_a_changed_proof_does_not_verify() -> None:
    header, payload, signature = Signer(lambda: AT).proof("GET", "https://api.mercari.jp/x").split(".")
    other = payload[:-3] + ("AAA" if payload[-3:] != "AAA" else "BBB")
    with pytest.raises(InvalidSignature):
        verify(f"{header}.{other}.{signature}")
