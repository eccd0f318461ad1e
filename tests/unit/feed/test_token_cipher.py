"""Encryption of stored tokens."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest

from mercarich_feed.adapters.token_cipher import BadKey, TokenCipher, new_key, read_key
from mercarich_feed.ports_tokens import UnreadableToken

KEY = bytes(range(32))


def test_what_is_encrypted_for_a_seller_is_decrypted_for_him() -> None:
    cipher = TokenCipher(KEY)
    text = cipher.encrypt(7, "Atzr|secret")
    assert text.startswith(f"v1.{cipher.key_id}.")
    assert "secret" not in text
    assert cipher.decrypt(7, text) == "Atzr|secret"
    assert cipher.encrypt(7, "Atzr|secret") != text


def test_a_token_moved_to_another_row_is_refused() -> None:
    cipher = TokenCipher(KEY)
    with pytest.raises(UnreadableToken, match="another row"):
        cipher.decrypt(8, cipher.encrypt(7, "Atzr|secret"))


SPOILED: list[Callable[[str], str]] = [
    lambda text: text[:-2] + ("AA" if not text.endswith("AA") else "BB"),
    lambda text: text[:40],
    lambda _text: "Atzr|plain",
    lambda text: "v2" + text[2:],
]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_changed_text_is_refused(spoil: Callable[[str], str]) -> None:
    cipher = TokenCipher(KEY)
    with pytest.raises(UnreadableToken):
        cipher.decrypt(7, spoil(cipher.encrypt(7, "Atzr|secret")))


def test_another_key_is_named_by_its_id() -> None:
    other = TokenCipher(bytes(32))
    with pytest.raises(UnreadableToken, match=other.key_id):
        TokenCipher(KEY).decrypt(7, other.encrypt(7, "x"))


def test_a_new_key_can_be_read_from_the_variable_and_from_a_file(tmp_path: Path) -> None:
    key = new_key()
    file = tmp_path / "key"
    file.write_text(key + "\n")
    assert read_key(key, None) == read_key("", file) == base64.b64decode(key)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "FEED_ENCRYPTION_KEY or FEED_ENCRYPTION_KEY_FILE"),
        ("%%%", "32 bytes in base64"),
        ("c2hvcnQ=", "bytes in base64, not 5"),
    ],
)
def test_a_bad_key_is_named_with_what_was_expected_and_not_shown(text: str, sentence: str) -> None:
    with pytest.raises(BadKey, match=sentence) as refusal:
        read_key(text, None)
    assert not text or text not in str(refusal.value)


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadKey, match="no-such-file"):
        read_key("", tmp_path / "no-such-file")
