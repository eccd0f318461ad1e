"""What an error of the database means: start over, wait, or have somebody mend something."""

import sqlite3
import ssl

from sqlalchemy.exc import DBAPIError

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration

_CONFLICTS = {
    1020: "a row has changed since it was read",
    1205: "another transaction does not give up a lock",
    1213: "a deadlock",
}
"""MariaDB errors after which the whole transaction starts over. After 1205 the transaction is still open."""
_UNREACHABLE = frozenset(
    {0, 1040, 1047, 1053, 1129, 1130, 1152, 1158, 1159, 1160, 1161, 1184, 1290, 1836, 1927, 2002, 2003, 2006, 2013}
)
"""MariaDB: the server cannot be reached, is shutting down, is no ready node of its cluster (1047), or is read-only
after a fail-over. The driver's own 0: its connection is closed."""
_FULL = "a table or its disk is full"
_PASSES = {
    1021: _FULL,
    1114: _FULL,
    1203: "too many connections of all its users",
    1226: "the user has used up a limit of its account",
    1317: "the statement was interrupted",
    1637: "too many transactions are open",
    1878: "there is no space for temporary files",
    1969: "the statement took too long",
}
"""MariaDB errors that waiting helps against, though the server answers."""
_WRITING = frozenset({3, 126, 1026, 1030})
_NO_SPACE = ("No space left on device", "error 28 ", "#sql-temptable")
"""MariaDB: a file cannot be written, with these words where there is no space. A temporary table that has no more space
is called corrupted."""
_REFUSED = {
    1044: "the user may not use this database",
    1045: "the user or the password is wrong",
    1049: "there is no such database on the server",
    1698: "the user or the password is wrong",
    2026: "the server offers no TLS, which ssl_… in the address asks for: switch TLS on at the server",
}
"""MariaDB errors that waiting does not help against."""
_CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""The server went away during the handshake."""


def is_conflict(error: DBAPIError) -> bool:
    """Return whether the error is a conflict with a concurrent transaction."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return _code(error) in _CONFLICTS


def explained(name: str, error: DBAPIError) -> DatabaseAway | BadConfiguration | None:
    """Return the exception to raise for an error of the database `name`; None: it is unknown, and so a defect.

    `DatabaseAway` for what passes by itself, also for a conflict that did not end; `BadConfiguration` for what somebody
    must mend.
    """
    cause, code = error.orig, _code(error)
    handshake = getattr(cause, "original_exception", None)
    if isinstance(handshake, ssl.SSLError) and not isinstance(handshake, _CUT_OFF):
        return BadConfiguration(f"MERCARICH_DATABASE_URL: {name}: {_certificate(handshake)}")
    if code in _REFUSED:
        return BadConfiguration(f"MERCARICH_DATABASE_URL: {name}: {_REFUSED[code]} ({code})")
    if code in _UNREACHABLE:
        return DatabaseAway(f"{name} is away ({code})")
    if code in _WRITING and any(words in str(cause) for words in _NO_SPACE):
        return DatabaseAway(f"{name}: {_FULL} ({code})")
    if code in _PASSES or code in _CONFLICTS:
        return DatabaseAway(f"{name}: {(_PASSES | _CONFLICTS)[code]} ({code})")
    if isinstance(cause, sqlite3.OperationalError):
        return DatabaseAway(f"{name}: {cause}")
    if type(cause) is sqlite3.DatabaseError:
        return BadConfiguration(f"{name} cannot be used: {cause}")
    return None


def _certificate(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the server's certificate is not accepted: {error.verify_message}. It must be signed by an authority of"
            " the file that ssl_ca names, be for this host, and not have expired"
        )
    return f"no TLS connection: {error.reason or error}. Compare the ssl_… options of the address with the server's"


def _code(error: DBAPIError) -> int | None:
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None
