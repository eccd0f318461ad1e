"""Web push as its standards say: the example of RFC 8291, and signatures that a push service can check."""

import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.integration.web.push_service import DecryptedPush, decrypted, verified

from mercarich_web.notices.browsers.web_push import (
    LONGEST,
    Push,
    Signer,
    Subscription,
    decoded,
    encoded,
    encrypted,
    request,
    subscription,
)

NOW = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
TEXT = b"When I grow up, I want to be a watermelon"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_y"
    "l95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
KEY = bytes(range(1, 33))
PUSH = Push(TEXT, 3600, urgent=False, topic="notice-1")


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


@pytest.fixture
def browser() -> Subscription:
    found = subscription("https://push.example/p/1", UA_PUBLIC, AUTH)
    assert found is not None
    return found


def test_the_example_of_rfc_8291_is_encrypted_to_its_bytes(browser: Subscription) -> None:
    assert encoded(encrypted(TEXT, browser, decoded(SALT), private(AS_PRIVATE))) == BODY


def test_the_double_of_a_browser_reads_the_example(browser: Subscription) -> None:
    assert decrypted(decoded(BODY), private(UA_PRIVATE), decoded(AUTH)) == DecryptedPush(TEXT, record=4096)


def test_each_message_has_a_salt_and_a_key_of_its_own(browser: Subscription) -> None:
    signer = Signer(KEY, "")
    bodies = [request(browser, PUSH, signer, NOW)[1] for _ in range(2)]

    assert bodies[0][:16] != bodies[1][:16]
    assert bodies[0][21:86] != bodies[1][21:86]
    assert [decrypted(body, private(UA_PRIVATE), decoded(AUTH)).text for body in bodies] == [TEXT, TEXT]


def test_the_longest_message_fits_a_body_of_4096_bytes_and_one_more_byte_does_not(browser: Subscription) -> None:
    own = private(AS_PRIVATE)

    assert len(encrypted(b"a" * LONGEST, browser, decoded(SALT), own)) == 4096
    with pytest.raises(ValueError, match="3994 bytes"):
        encrypted(b"a" * (LONGEST + 1), browser, decoded(SALT), own)


def test_a_signature_names_push_service_end_and_contact(browser: Subscription) -> None:
    signer = Signer(KEY, "https://shop.example")
    headers, _ = request(browser, PUSH, signer, NOW)

    claims = verified(headers["Authorization"], NOW)

    assert claims == {"aud": "https://push.example", "exp": claims["exp"], "sub": "https://shop.example"}
    assert 0 < int(str(claims["exp"])) - NOW.timestamp() <= 86_400
    assert signer.public_key in headers["Authorization"]
    assert "sub" not in verified(Signer(KEY, "").authorization("https://push.example", NOW), NOW)


def test_a_signature_that_was_changed_is_not_taken_for_good() -> None:
    good = Signer(KEY, "").authorization("https://push.example", NOW)
    other = Signer(bytes(range(2, 34)), "").authorization("https://push.example", NOW)
    mixed = good.partition(", k=")[0] + ", k=" + other.partition(", k=")[2]

    with pytest.raises(AssertionError):
        verified(mixed, NOW)


def test_the_headers_say_how_long_how_urgent_and_of_what(browser: Subscription) -> None:
    headers, _ = request(browser, PUSH, Signer(KEY, ""), NOW)
    urgent, _ = request(browser, Push(TEXT, 60, urgent=True, topic="t"), Signer(KEY, ""), NOW)

    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("3600", "normal", "notice-1")
    assert (urgent["TTL"], urgent["Urgency"]) == ("60", "high")
    assert headers["Content-Encoding"] == "aes128gcm"
    assert re.fullmatch(r"vapid t=[\w-]+\.[\w-]+\.[\w-]+, k=[\w-]+", headers["Authorization"])


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        (UA_PUBLIC, ""),
        (UA_PUBLIC, AUTH + "AAAA"),
        (UA_PUBLIC[:-4], AUTH),
        ("B" + "A" * 86, AUTH),
        (encoded(decoded(UA_PUBLIC)[:33]), AUTH),
        (UA_PUBLIC + "!", AUTH),
        ("é", AUTH),
    ],
)
def test_other_keys_are_none(p256dh: str, auth: str) -> None:
    assert subscription("https://push.example/p/1", p256dh, auth) is None


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32])
def test_a_key_that_is_no_scalar_of_the_curve_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Signer(key, "")
