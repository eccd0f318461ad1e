"""The second step of signing in: codes of an authenticator (RFC 6238) and recovery codes."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

STEP_SECONDS, DIGITS, DRIFT = 30, 6, 1
"""Steps before and after the current one whose codes are accepted: clocks differ."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 15
"""Random bytes in each recovery code: from 112 bits on it cannot be guessed, so that a fast hash suffices (ASVS
6.5.2)."""
HALF_FOR = timedelta(minutes=5)
"""Time after the password within which the code must be entered."""
ISSUER = "Mercarich"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The secret for an authenticator. It is shown until a first code proves that the authenticator has it."""

    secret: str
    """The secret in base32, for typing."""
    uri: str
    """The secret as an otpauth URI, for a QR code."""


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """HOTP of RFC 4226 with HMAC-SHA-1, which every authenticator knows."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(secret: bytes, code: str, now: datetime) -> int | None:
    """Return the accepted time step that the code belongs to, or None for a wrong code."""
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def enrolment(secret: bytes, username: str) -> Enrolment:
    text = base64.b32encode(secret).decode().rstrip("=")
    return Enrolment(text, f"otpauth://totp/{ISSUER}:{quote(username)}?secret={text}&issuer={ISSUER}")


def recovery_code(noise: bytes) -> str:
    """Return 24 letters and digits in groups of four, without 0, 1, 8 and 9."""
    text = base64.b32encode(noise).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def typed(code: str) -> str:
    """Return the code without spaces and separators that people type."""
    return re.sub(r"[\s\-‐－]", "", code[:64]).lower()


def is_of_authenticator(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdigit()
