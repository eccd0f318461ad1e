"""Log lines: one JSON object each, fields kept, secrets struck out wherever they come from."""

import json
import logging
from collections.abc import Iterator

import pytest

from mercarich_platform.logging import configure, redact

SECRETS = [
    ("refresh token Atzr|IwEBIabc_def-123 here", "IwEBIabc_def-123"),
    ("access token 'Atza|IQEBLjAsAh'", "IQEBLjAsAh"),
    ("id amzn1.application-oa2-client.0123abcd", "0123abcd"),
    ("secret amzn1.oa2-cs.v1.ffee", "v1.ffee"),
    ("mysql+pymysql://mercarich:hunter2@db.internal/name", "hunter2"),
    ("GET /amazon/linked?state=x&spapi_oauth_code=ANabc123&y=z", "ANabc123"),
    ("POST grant_type=refresh_token&refresh_token=abc123&client_secret=def456", "abc123"),
    ("POST client_secret=def456&x=1", "def456"),
    ("password=hunter2", "hunter2"),
]


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before[0], before[1]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_struck_out(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "[redacted]" in redact(text)


def test_an_ordinary_text_stays_as_it_is() -> None:
    text = "checked m123 at https://example.invalid/item/m123 for seller 7"
    assert redact(text) == text


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_in_a_field_an_argument_or_an_exception_is_struck_out(
    text: str, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure("test")
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("any").exception("failed: %s", text, extra={"detail": {"inner": text}})
    out = capsys.readouterr().out
    assert secret not in out
    line = json.loads(out)
    assert line["service"] == "test"
    assert line["level"] == "ERROR"


def test_extra_becomes_fields_and_a_line_break_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    logging.getLogger("any").info('x\n{"level": "ERROR"}', extra={"topic": "a", "offset": 3})
    [line] = capsys.readouterr().out.splitlines()
    assert {"topic": "a", "offset": 3, "level": "INFO"}.items() <= json.loads(line).items()


def test_text_style_is_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test", style="text")
    logging.getLogger("any").warning("hello", extra={"topic": "a"})
    assert capsys.readouterr().out.rstrip().endswith("WARNING hello topic=a")


@pytest.mark.parametrize(("server", "fields"), [("srv2", {"server": "srv2"}), ("", {})])
def test_o5_the_environments_server_is_a_field_of_each_line(
    server: str, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERVER", server)
    configure("feed")
    logging.getLogger("any").info("pushed")
    line = json.loads(capsys.readouterr().out)
    assert {key: line[key] for key in line if key == "server"} == fields
