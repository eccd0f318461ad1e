"""asyncio on the kernel's time: the proxies run unchanged, and where they would wait, time jumps."""

import asyncio
import selectors
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from typing import Any, TypeVar

from tests.soak.kernel import Kernel, Killed, Process

Result = TypeVar("Result")
_CANCELLED_IN = 100
"""Maximum number of rounds of the loop until cancelled tasks have ended; each may await others."""


class _Nothing(selectors.BaseSelector):
    """There are no sockets: to select means to wait until a timer is due or another actor calls."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.waits = True
        """Whether to select waits."""

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, _number(fileobj), events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, _number(fileobj), 0, None)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.waits and (timeout is None or timeout > 0):
            self._kernel.park(None if timeout is None else self._kernel.now + timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return {}


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, kernel: Kernel) -> None:
        self._nothing = _Nothing(kernel)
        super().__init__(self._nothing)
        self._kernel = kernel
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._kernel.now

    def end(self) -> None:
        """Cancel what is under way, let it end without waiting, and close."""
        self._nothing.waits = False
        for _ in range(_CANCELLED_IN):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            self.call_soon(self.stop)
            self.run_forever()
        self.close()


class VirtualLoop:
    """An event loop as an actor; others call into it and wait."""

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel = kernel
        self._loop = _Loop(kernel)
        self._actor = kernel.spawn(name, self._run, Process(name))

    def call(self, make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Run the coroutine in the loop and return its result."""
        caller = self._kernel.current
        task = self._loop.create_task(make())
        task.add_done_callback(lambda _: self._kernel.wake(caller))
        self._kernel.wake(self._actor)
        try:
            while not task.done():
                self._kernel.park()
        except Killed:
            self._cancel(task)
            raise
        return task.result()

    def stream(self, make: Callable[[], AsyncIterator[Result]]) -> Iterator[Result]:
        """Yield everything that it yields, one by one."""
        caller, came = self._kernel.current, deque[Result]()

        async def pump() -> None:
            async for one in make():
                came.append(one)
                self._kernel.wake(caller)

        task = self._loop.create_task(pump())
        task.add_done_callback(lambda _: self._kernel.wake(caller))
        self._kernel.wake(self._actor)
        try:
            while came or not task.done():
                if came:
                    yield came.popleft()
                else:
                    self._kernel.park()
            task.result()
        finally:
            self._cancel(task)

    def _cancel(self, task: "asyncio.Task[Any]") -> None:
        if not task.done():
            task.cancel()
            self._kernel.wake(self._actor)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.end()


def _number(fileobj: Any) -> int:
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())
