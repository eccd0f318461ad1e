"""Time that jumps. Actors are threads of which one runs at a time; when all wait, time jumps to the next actor's
moment.

Nothing sleeps for real. An actor that waits passes the baton to the one that is due next. So the order of all events
depends only on the times and the seed, and a week takes only as long as its work.
"""

import heapq
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class Killed(BaseException):
    """The actor's process was killed: whatever it was about to do does not happen."""


class Process:
    """Actors that are killed or frozen together, like a process of the operating system."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.killed = False
        self.frozen_until = 0.0


class _Entry(NamedTuple):
    at: float
    order: int
    actor: "Actor"
    token: int


class Actor:
    """One thread of a process."""

    def __init__(self, number: int, name: str, process: Process) -> None:
        self.number = number
        self.name = name
        self.process = process
        self.token = 0
        self.baton = threading.Lock()
        self.baton.acquire()
        self.ended = False


class Kernel:
    """`now` is in seconds since the start. Only the actor with the baton may call methods other than the
    constructor."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.now = 0.0
        self.crashes: list[tuple[float, str, BaseException]] = []
        """Errors that ended an actor: time, name, error."""
        self._order = 0
        self._spawned = 0
        self._due: list[_Entry] = []
        self._actors: set[Actor] = set()
        self._director = Actor(0, "director", Process("director"))
        self.current = self._director
        """The running actor."""

    def utc(self) -> datetime:
        return self.start + timedelta(seconds=self.now)

    def monotonic(self) -> float:
        return self.now

    def unix(self) -> float:
        return self.start.timestamp() + self.now

    def at(self, moment: float) -> datetime:
        """Convert unix seconds to this week's time."""
        return datetime.fromtimestamp(moment, UTC)

    def spawn(self, name: str, run: Callable[[], object], process: Process, *, after: float = 0.0) -> Actor:
        self._spawned += 1
        actor = Actor(self._spawned, name, process)
        self._actors.add(actor)
        threading.Thread(target=self._live, args=(actor, run), name=name, daemon=True).start()
        self._push(self.now + after, actor)
        return actor

    def sleep(self, seconds: float) -> None:
        """Wait for the whole time, whatever wakes the actor meanwhile. Raises `Killed`."""
        until = self.now + max(0.0, seconds)
        self.park(until)
        while self.now < until:
            self.park(until)

    def park(self, until: float | None = None) -> None:
        """Wait until the current actor is woken, at most until then (in units of `now`). It may wake without a reason.

        Raises `Killed`.
        """
        actor = self.current
        if until is not None:
            self._push(until, actor)
        self._hand_over(actor)
        process = actor.process
        while process.frozen_until > self.now and not process.killed:
            self._push(process.frozen_until, actor)
            self._hand_over(actor)
        if process.killed:
            raise Killed

    def wake(self, actor: Actor) -> None:
        if not actor.ended and actor is not self.current:
            self._push(self.now, actor)

    def kill(self, process: Process) -> None:
        """End the process's actors where they wait. Actors that wait for locks of the operating system cannot be
        ended."""
        process.killed = True
        for actor in sorted(self._actors, key=lambda one: one.number):
            if actor.process is process:
                self.wake(actor)

    def end(self) -> None:
        """Kill everything; the director continues alone."""
        while left := sorted(self._actors, key=lambda one: one.number):
            for actor in left:
                actor.process.killed = True
                self.wake(actor)
            self.sleep(1.0)

    def _push(self, at: float, actor: Actor) -> None:
        self._order += 1
        heapq.heappush(self._due, _Entry(at, self._order, actor, actor.token))

    def _hand_over(self, actor: Actor) -> None:
        following = self._next()
        if following is actor:
            return
        following.baton.release()
        actor.baton.acquire()

    def _next(self) -> Actor:
        while self._due:
            entry = heapq.heappop(self._due)
            if entry.token == entry.actor.token and not entry.actor.ended:
                entry.actor.token += 1
                self.now = max(self.now, entry.at)
                self.current = entry.actor
                return entry.actor
        raise AssertionError("everybody waits for somebody else")

    def _live(self, actor: Actor, run: Callable[[], object]) -> None:
        actor.baton.acquire()
        try:
            if not actor.process.killed:
                run()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001  (kept, and judged at the end)
            self.crashes.append((self.now, actor.name, error))
        actor.ended = True
        self._actors.discard(actor)
        self._next().baton.release()


class VirtualEvent(threading.Event):
    """A stop event whose waiting takes no real time; it takes effect at the end of the wait. `stretch` lengthens
    waits."""

    def __init__(self, kernel: Kernel, stretch: float = 1.0) -> None:
        super().__init__()
        self._kernel = kernel
        self._stretch = stretch

    def wait(self, timeout: float | None = None) -> bool:
        if not self.is_set():
            self._kernel.sleep(3600.0 if timeout is None else timeout * self._stretch)
        return self.is_set()
