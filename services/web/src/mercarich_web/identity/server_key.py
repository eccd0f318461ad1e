"""Secrets derived from the server's root and a salt in their row, so that no table holds a secret.

The root itself is a row, encrypted with the server's key. To change the key, that one row is encrypted again;
authenticators and webhooks keep their secrets.
"""

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from mercarich_platform.outages import DatabaseAway
from mercarich_platform.sealing import BadKey, Sealer, Unreadable, decoded_key, new_key, refuse_published
from mercarich_platform.settings import BadConfiguration

PURPOSE = "server_secrets|pages"


class Roots(Protocol):
    """Storage of the encrypted root. Every method raises `DatabaseAway`."""

    def sealed(self) -> str | None: ...

    def keep(self, sealed: str) -> None:
        """Store the first root; nothing changes when there is one."""

    def replace(self, sealed: str, by: str) -> None:
        """Replace the stored root; nothing changes when another process has replaced it already."""

    def rests_on_the_key(self) -> bool:
        """Return whether there are salts from the time when secrets were derived from the key itself."""


class ServerKey:
    """The server's key: 32 bytes in base64, given or in a file that is created when it is missing. It is read at first
    use."""

    def __init__(
        self, given: str, older: str, file: Path, roots: Roots, *, database_password: str | None = None
    ) -> None:
        """`database_password`: of the database that holds the root; tells the chart's development profile."""
        self._database_password = database_password
        self._given = given
        self._older = older
        self._file = file
        self._roots = roots
        self._root: bytes | None = None

    def secret(self, purpose: str, *parts: object) -> bytes:
        """Return 32 bytes, always the same for the same words. Raises `BadConfiguration`."""
        if self._root is None:
            self._root = self.root()
        message = "\x1f".join([purpose, *(str(part) for part in parts)])
        return hmac.new(self._root, message.encode(), hashlib.sha256).digest()

    def open(self) -> None:
        """Read the root at the start of a process, so that the older key can be removed when all have started. Raises
        `BadConfiguration`."""
        with suppress(DatabaseAway):
            self._root = self.root()

    def root(self) -> bytes:
        """Return the decrypted root; encrypt it again when the older key encrypted it. Raises `BadConfiguration`."""
        try:
            key = decoded_key(self._given or _kept(self._file), "PAGES_KEY")
            refuse_published(key, "PAGES_KEY", self._database_password)
            older = decoded_key(self._older, "PAGES_OLD_KEY") if self._older else None
        except BadKey as error:
            raise BadConfiguration(str(error)) from None
        sealer = Sealer(_sealing(key), _sealing(older) if older is not None else None)
        sealed = self._roots.sealed()
        if sealed is None:
            first = older or key if self._roots.rests_on_the_key() else os.urandom(32)
            self._roots.keep(sealer.seal(PURPOSE, first))
            sealed = self._roots.sealed() or ""
        try:
            root = sealer.open(PURPOSE, sealed)
        except Unreadable as error:
            raise BadConfiguration(f"PAGES_KEY does not decrypt the pages' secret: {error}") from None
        if not sealer.is_current(sealed):
            self._roots.replace(sealed, by=sealer.seal(PURPOSE, root))
        return root


def _sealing(key: bytes) -> bytes:
    """Return the key that encrypts the root. The root may be an old server key, which must not be encrypted with
    itself."""
    return hmac.new(key, b"sealing", hashlib.sha256).digest()


def _kept(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"PAGES_KEY must be set: {file} cannot be read") from error
    made = new_key()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
            opened.write(made)
        try:
            os.link(beside, file)  # Several processes may create the file at once; the first one wins.
        except FileExistsError:
            made = file.read_text(encoding="ascii")
        finally:
            beside.unlink()
    except OSError as error:
        raise BadConfiguration(f"PAGES_KEY must be set: {file} cannot be written") from error
    return made
