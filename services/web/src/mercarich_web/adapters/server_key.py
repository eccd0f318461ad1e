"""`ports_people.Secrets`: secrets made of the server's key and a salt of their row, so that no table holds one."""

import base64
import binascii
import hashlib
import hmac
import os
from pathlib import Path

from mercarich_platform.settings import BadConfiguration

BYTES = 32


class ServerKey:
    """The key is 32 bytes in base64: given, or in a file that is made where there is none; read at first need."""

    def __init__(self, given: str, file: Path) -> None:
        self._given = given
        self._file = file
        self._key: bytes | None = None

    def secret(self, purpose: str, *parts: object) -> bytes:
        """32 bytes, always the same for the same words. Raises `BadConfiguration`."""
        if self._key is None:
            self._key = _decoded(self._given or _kept(self._file))
        message = "\x1f".join([purpose, *(str(part) for part in parts)])
        return hmac.new(self._key, message.encode(), hashlib.sha256).digest()


def _kept(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"PAGES_KEY is needed: {file} cannot be read") from error
    made = base64.b64encode(os.urandom(BYTES)).decode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
            opened.write(made)
        try:
            os.link(beside, file)  # the first of several processes wins
        except FileExistsError:
            made = file.read_text(encoding="ascii")
        finally:
            beside.unlink()
    except OSError as error:
        raise BadConfiguration(f"PAGES_KEY is needed: {file} cannot be written") from error
    return made


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise BadConfiguration(f"PAGES_KEY: expected {BYTES} bytes in base64")
    return key
