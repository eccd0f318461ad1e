"""Which passwords are allowed, and how they are stored."""

from contextlib import suppress

import pytest

from mercarich_web.identity.guessable import common_passwords
from mercarich_web.identity.passwords import MEMORY_KIB, Argon2Passwords
from mercarich_web.identity.people import LONGEST, SHORTEST, Rule, WeakPassword, check_password


@pytest.mark.parametrize(
    "password",
    [
        "onlysmallletters",
        "847261950384",
        "ひらがなだけのあいことばです",
        "a b c d e f g h",
        "purple monkey dishwasher",
        "welcome, blue teapot",
        "カメラが大好きです毎日撮る",
        "é" * 6 + "kqzplw",
        "qzlw7kpx" * 16,
    ],
)
def test_a_password_may_be_of_anything(password: str) -> None:
    check_password(password, "ann")

    assert SHORTEST <= len(password) <= LONGEST
    assert LONGEST >= 64


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("x7-kqzplw9", Rule.SHORT),
        ("x7" * 65, Rule.LONG),
        ("Password1234", Rule.COMMON),
        ("aaaaaaaaaaaab", Rule.COMMON),
        ("P@ssw0rd-2024!!", Rule.COMMON),
        ("1qaz2wsx3edc4rfv", Rule.COMMON),
        ("q1w2e3r4t5y6", Rule.COMMON),
        ("welcome to japan 77", Rule.COMMON),
        ("sakura20202020", Rule.COMMON),
        ("abc123abc123", Rule.COMMON),
        ("fedcba987654321", Rule.COMMON),
        ("iloveyou ♥♥♥♥", Rule.COMMON),
        ("i am ann-marie", Rule.NAMED),
        ("my MERCARICH login", Rule.NAMED),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, rule: Rule) -> None:
    with pytest.raises(WeakPassword) as refusal:
        check_password(password, "ann-marie")

    assert refusal.value.rule is rule


def test_the_3000_commonest_of_the_length_that_is_asked_for_are_refused() -> None:
    taken = []
    for password in common_passwords():
        with suppress(WeakPassword):
            check_password(password, "ann-marie")
            taken.append(password)

    assert taken == []
    assert len(common_passwords()) >= 3_000
    assert [one for one in common_passwords() if not SHORTEST <= len(one) <= LONGEST] == []


def test_a_common_password_is_refused_in_any_case() -> None:
    with pytest.raises(WeakPassword) as refusal:
        check_password("MailCreated5240", "ann-marie")

    assert refusal.value.rule is Rule.COMMON


def test_passwords_are_kept_by_argon2id() -> None:
    passwords = Argon2Passwords()
    kept = passwords.hash("correct horse battery")

    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t=3,p=4$")
    assert passwords.matches(kept, "correct horse battery")
    assert passwords.is_outdated(Argon2Passwords(memory_kib=64).hash("x"))
    assert kept != passwords.hash("correct horse battery")
