"""Logs on stdout or in a file, one JSON object per line (or text for people), with secrets redacted."""

import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any, Literal

import orjson

from mercarich_platform.log_file import LogFile, outlive_hangup, path_for
from mercarich_platform.redaction import one_line, redact

LOG_FILE = "MERCARICH_LOG_FILE"
"""The file that log lines go to; in its name `{service}` stands for the process, `{log}` for the old system's file.

Why: on Kubernetes, and below `make up`, somebody else collects stdout.
Empty: stdout.
"""
SERVER = "SERVER"
"""Which of several servers this is, such as srv1: a field of each JSON line.

Why: the old system's variable; one server needs no name.
Empty: lines have no such field.
"""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(service: str, *, level: str = "INFO", style: Literal["json", "text"] = "json") -> None:
    """Send all log lines to stdout, or to the file that MERCARICH_LOG_FILE names. `extra={...}` becomes fields.

    Call it once, from `__main__`. Raises `BadConfiguration` when the file cannot be written.
    """
    handler = _handler(service)
    handler.setFormatter(_Json(service) if style == "json" else _Text(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "alembic", "kopf.objects"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # The driver logs ten lines a second while the broker is away; the worker logs it once.
    driver = logging.DEBUG if level == "DEBUG" else logging.CRITICAL
    logging.getLogger("kafka").setLevel(driver)
    for whole_requests in ("kafka.net.connection", "kafka.protocol.parser"):  # with passwords and tokens
        logging.getLogger(whole_requests).setLevel(max(driver, logging.INFO))


def _handler(service: str) -> logging.Handler:
    pattern = os.environ.get(LOG_FILE, "")
    if not pattern:
        return logging.StreamHandler(sys.stdout)
    outlive_hangup()
    return LogFile(path_for(service, pattern))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class _Json(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service
        self._server = {"server": server} if (server := os.environ.get(SERVER)) else {}

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": self._service,
            **self._server,
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return redact(orjson.dumps(line, default=str).decode())


class _Text(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{key}={value}" for key, value in _fields(record).items())
        text = one_line(f"{time} {record.levelname:<7} {record.getMessage()} {fields}".rstrip())
        if record.exc_info:
            lines = self.formatException(record.exc_info).splitlines()
            text += "".join(f"\n  {one_line(line)}" for line in lines)
        return redact(text)
