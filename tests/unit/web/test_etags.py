"""What If-Match names: versions that a program has read (RFC 9110, 13.1.1)."""

import pytest

from mercarich_web.api.etags import etag, matching


@pytest.mark.parametrize(
    ("if_match", "matches"),
    [
        (None, True),
        ("*", True),
        (' "a1" ', True),
        ('"b2", "a1"', True),
        ('"b2","a1"', True),
        ('W/"a1"', False),
        ('"b2", W/"a1"', False),
        ('"A1"', False),
        ('"a1x"', False),
        ("a1", False),
        ("", False),
    ],
)
def test_a_version_is_one_that_was_read(if_match: str | None, matches: bool) -> None:
    assert matching(if_match)("a1") is matches


def test_a_tag_is_a_text_in_quotes() -> None:
    assert matching(etag("a1"))("a1")
