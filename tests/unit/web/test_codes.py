"""Codes of the second step: the RFCs' own vectors, and what people type."""

from datetime import UTC, datetime

import pytest

from mercarich_web.identity.codes import (
    RECOVERY_BYTES,
    code_at,
    enrolment,
    is_of_authenticator,
    matching_step,
    recovery_code,
    typed,
)
from mercarich_web.identity.user_agents import device

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("count", "code"),
    list(
        enumerate(["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"])
    ),
)
def test_codes_are_those_of_rfc_4226_appendix_d(count: int, code: str) -> None:
    assert code_at(SECRET, count) == code


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30, digits=8) == code


@pytest.mark.parametrize(("late", "taken"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_a_clock_may_be_a_step_off_and_no_more(late: int, taken: bool) -> None:
    step = 60_000_000
    now = datetime.fromtimestamp(30 * step + late, UTC)

    assert (matching_step(SECRET, code_at(SECRET, step), now) == step) is taken


def test_an_authenticator_is_given_the_secret_in_base32() -> None:
    given = enrolment(SECRET, "ann b@x")

    assert given.secret == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert given.uri == f"otpauth://totp/Mercarich:ann%20b%40x?secret={given.secret}&issuer=Mercarich"


@pytest.mark.parametrize("text", ["123 456", "123-456", " 123456\n"])
def test_what_people_type_between_digits_is_nothing(text: str) -> None:
    assert typed(text) == "123456"
    assert is_of_authenticator(typed(text))


def test_a_recovery_code_is_read_however_it_is_written() -> None:
    code = recovery_code(bytes(range(RECOVERY_BYTES)))

    assert len(code) == 29
    assert typed(code.upper().replace("-", " ")) == typed(code)
    assert not is_of_authenticator(typed(code))


def test_a_recovery_code_has_more_chance_in_it_than_anybody_could_try() -> None:
    code = typed(recovery_code(bytes(RECOVERY_BYTES)))

    assert RECOVERY_BYTES * 8 >= 112
    assert len(code) * 5 == RECOVERY_BYTES * 8, "five bits a character, and none left out"
    assert len({recovery_code(bytes([*bytes(RECOVERY_BYTES - 1), last])) for last in range(256)}) == 256


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        ("curl/8", ""),
    ],
)
def test_a_session_is_named_by_its_browser_and_system(agent: str, name: str) -> None:
    assert device(agent) == name
