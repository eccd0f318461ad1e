"""Password hashing with argon2id."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 65_536
"""64 MiB, 3 passes, 4 lanes: about 90 ms; RFC 9106's second recommended choice."""
AT_ONCE = 4
"""Hashes computed at once; bounds the memory that a flood of sign-ins can take."""
NICENESS = 10
"""Of the threads that hash, and of those that argon2 starts from them: a flood of sign-ins leaves the processors to
the pages."""


class Argon2Passwords:
    def __init__(self, memory_kib: int = MEMORY_KIB) -> None:
        self._hasher = PasswordHasher(time_cost=3, memory_cost=memory_kib, parallelism=4)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hash", initializer=_give_way)
        self._nobodys: str | None = None

    def hash(self, password: str) -> str:
        return self._threads.submit(self._hasher.hash, password).result()

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Return whether the password matches. Takes as long without a hash as with one."""
        known = password_hash or self._dummy()
        try:
            self._threads.submit(self._hasher.verify, known, password).result()
        except (VerificationError, InvalidHashError):
            return False
        return bool(password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _dummy(self) -> str:
        if self._nobodys is None:
            self._nobodys = self.hash("nobody's")
        return self._nobodys


def _give_way() -> None:
    if sys.platform == "linux":  # Elsewhere a thread has no niceness of its own.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
