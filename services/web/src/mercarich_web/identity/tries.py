"""Failed tries to sign in: which of them are counted together, and how long the next one waits.

Whoever cannot be told from a guesser is counted by the network, and by the name from this network. A session and a
browser that has signed in before have a counter of their own each, which nobody else can fill.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mercarich_platform.client_networks import network

FREE_TRIES = 5
"""Failed tries of a session, of a known browser, or of a name from one network, before the next one has to wait."""
FREE_TRIES_OF_A_NETWORK = 30
"""More than of a name, because everybody in an office signs in from one address."""
CROWD = 50
"""Failures of a name, from all networks together, from which a network has one free try of this name, and waits longest
after it. The first try of a network never waits for another network's, so that nobody is locked out from afar."""
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""Failures are forgotten when no new one was added for this time."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Failures that are counted together, under a name of at most 80 characters."""

    name: str
    free: int | None
    """Failures after which the next try has to wait; None: the counter only tells whether there is a crowd."""

    def wait(self, failures: int, *, crowd: bool) -> timedelta:
        """Return the time from the last failure to the next try. `crowd`: the name has failed from everywhere."""
        if self.free is None or not failures:
            return timedelta(0)
        return LONGEST_WAIT if crowd else wait_after(failures, self.free)

    def is_crowd(self, failures: int) -> bool:
        return self.free is None and failures >= CROWD


def wait_after(failures: int, free: int = FREE_TRIES) -> timedelta:
    """Return the time until the next try after that many failures in a row: 0 at first, then doubling."""
    if failures < free:
        return timedelta(0)
    return min(LONGEST_WAIT, timedelta(seconds=2 ** min(failures - free + 1, 12)))


def of_session(token_hash: str) -> Sequence[Counter]:
    return (Counter(f"session:{token_hash}", FREE_TRIES),)


def of_device(device: str) -> Sequence[Counter]:
    """Return the counters of the password in a browser that has signed in before. `device` is unique to it."""
    return (Counter(f"device:{_hashed(device)}", FREE_TRIES),)


def of_stranger(username: str, address: str) -> Sequence[Counter]:
    """Return the counters of the password in any other browser.

    The network comes first: a guesser who has to wait there cannot add a row for each invented name.
    """
    net = network(address)
    return (
        Counter(f"network:{_hashed(net)}", FREE_TRIES_OF_A_NETWORK),
        Counter(f"name:{_hashed(username)}", None),
        Counter(f"account:{_hashed(username, net)}", FREE_TRIES),
    )


def of_code(user_id: int, device: str | None, address: str) -> Sequence[Counter]:
    """Return the counters of the second step, for whoever has given the password.

    There are a million codes only: browsers that have not signed in before share one counter, wherever they are. None
    of them can hold up a browser that has.
    """
    if device is not None:
        return (Counter(f"device:{_hashed('code', device)}", FREE_TRIES),)
    return (
        Counter(f"network:{_hashed(network(address))}", FREE_TRIES_OF_A_NETWORK),
        Counter(f"account:{_hashed(f'code of {user_id}')}", FREE_TRIES),
    )


def of_link(address: str) -> Sequence[Counter]:
    """Return the counters of links that do not exist, by which somebody would act without signing in."""
    return (Counter(f"network:{_hashed('link', network(address))}", FREE_TRIES_OF_A_NETWORK),)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode(errors="replace")).hexdigest()
