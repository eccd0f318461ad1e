"""Log lines: one JSON object each, fields kept, secrets struck out wherever they come from."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mercarich_platform.logging import configure
from mercarich_platform.redaction import redact

DEVICE = f"{'0a' * 16}.1790000000.{'1b' * 32}"
"""The cookie of a browser that has signed in before."""
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
    ("a key mk_Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA in a text", "Zm9vYmFyYmF6"),
    ("signed with whsec_00112233445566778899aabbccddeeff", "0011223344"),
    ("POST https://hooks.slack.com/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack", "c5Gs3cr3tOfSlack"),
    ("HTTP Request: POST https://93.184.216.34/services/T024BE7LD/B4Z1X2C3V/c5Gs3cr3tOfSlack", "c5Gs3cr3tOfSlack"),
    ("https://discord.com/api/webhooks/1122334455667788990/D1sc0rd-S3cret_of-a-webhook?wait=true", "D1sc0rd-S3cret"),
    ("{'X-ChatWorkToken': 'c4a7w0rk5ec2e7c4a7w0rk5ec2e70000'}", "c4a7w0rk5ec2e7"),
    ("Authorization: Bearer abc.def-123456", "def-123456"),
    ("header ('authorization', 'bearer opaque-opaque')", "opaque-opaque"),
    ("Authorization: Basic aHVudGVyOmh1bnRlcg==", "aHVudGVyOmh1bnRlcg"),
    ("GET /join/Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA 200", "Zm9vYmFyYmF6"),
    ("open http://shop.example/account/notices/prove/00112233445566778899aabb", "0011223344"),
    ('{"name": "ann", "password": "hunter2 \\"and\\" more", "x": 1}', "hunter2"),
    ('{"name": "ann", "password": "hunter2 \\"and\\" more", "x": 1}', "more"),
    ('{"password":"ends with a backslash \\\\", "client_secret":"deadbeef"}', "deadbeef"),
    ("{'refresh_token': 'abc123'}", "abc123"),
    ("{'headers': {'Cookie': 'mercarich=Zm9vYmFyYmF6cXV4'}}", "Zm9vYmFyYmF6"),
    (f"cookies language=ja; mercarich=Zm9vYmFyYmF6cXV4; mercarich-device-12={DEVICE}", DEVICE[-64:]),
    (f"{{'__Host-mercarich-device-12': '{DEVICE}'}}", DEVICE[-64:]),
    ("smtp_password=hunter2;rest\\of]it", "of]it"),
    ('{"smtp_password": "hunter2"}', "hunter2"),
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
    text = "checked m123 at https://example.invalid/item/m123 for seller 7, valid, /join/{token}, password: null"
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


def test_a_secret_in_a_field_of_the_line_itself_is_struck_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    told = {"password": 'a "quoted" \\ one', "authorization": "Bearer x", "cookie": None, "count": 3}
    logging.getLogger("any").info("sent", extra={"body": told, "client_secret": ["in", "a", "list"]})
    out = capsys.readouterr().out

    assert json.loads(out)["body"] == {
        "password": "[redacted]",
        "authorization": "[redacted]",
        "cookie": None,
        "count": 3,
    }


def test_extra_becomes_fields_and_a_line_break_cannot_forge_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    logging.getLogger("any").info('x\n{"level": "ERROR"}', extra={"topic": "a", "offset": 3})
    [line] = capsys.readouterr().out.splitlines()
    assert {"topic": "a", "offset": 3, "level": "INFO"}.items() <= json.loads(line).items()


@pytest.mark.parametrize("text", ["%s %(name)s %n %", "{0.__class__} {msg}", "$name ${name}"])
def test_a_text_that_looks_like_a_format_stays_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure("test")
    logging.getLogger("any").info("told: %s", text, extra={"title": text})
    line = json.loads(capsys.readouterr().out)

    assert (line["message"], line["title"]) == (f"told: {text}", text)


def test_a_line_has_its_time_in_utc(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    configure("test")
    before = datetime.now(UTC)
    logging.getLogger("any").info("told")
    monkeypatch.undo()
    time.tzset()
    told = datetime.fromisoformat(json.loads(capsys.readouterr().out)["time"])

    assert told.utcoffset() == timedelta(0)
    assert abs(told - before) < timedelta(minutes=5)


def test_text_style_is_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test", style="text")
    logging.getLogger("any").warning("hello", extra={"topic": "a"})
    assert capsys.readouterr().out.rstrip().endswith("WARNING hello topic=a")


def test_text_style_lets_nobody_forge_a_line_or_command_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure("test", style="text")
    forged = "x\n12:00:00 ERROR forged\r\x1b[2J\x9b\u2028"
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("any").exception(forged, extra={"title": forged})
    out = capsys.readouterr().out

    assert [line for line in out.splitlines() if line.startswith("12:00:00 ERROR forged")] == []
    assert [letter for letter in out if not letter.isprintable() and letter != "\n"] == []
    assert [line for line in out.split("\n")[1:-1] if not line.startswith("  ")] == []


@pytest.mark.parametrize(("server", "fields"), [("srv2", {"server": "srv2"}), ("", {})])
def test_o5_the_environments_server_is_a_field_of_each_line(
    server: str, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERVER", server)
    configure("feed")
    logging.getLogger("any").info("pushed")
    line = json.loads(capsys.readouterr().out)
    assert {key: line[key] for key in line if key == "server"} == fields
