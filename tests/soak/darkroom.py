"""Draw pictures ahead of time in a second process, and compare them by the updater's own code.

The candidates of a replacement are known as soon as a source is gone, hours of the simulated week before its search.
Both are functions of their arguments alone, so that only the time is saved; a result that is not ready when it is
needed is computed at once. The process ends with this one, however that ends.
"""

import os
import signal
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

import cv2
from tests.soak import processors

from mercarich_simulator.pictures.photo import Shot, photograph
from mercarich_simulator.pictures.subject import Subject
from mercarich_simulator.shelf import YAHOO
from mercarich_simulator.sites.pictures import shot_of, subject_of
from mercarich_simulator.truth import BUYABLE
from mercarich_simulator.world import World
from mercarich_updater.adapters.likeness import Decoded, decode, likeness, quick

MAIN = 1
"""The number of an item's first picture."""
Names = tuple[str, str]
"""Item ids: our item and their item."""
Compare = Callable[[Decoded, Decoded], Any]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Developed:
    ours: bytes
    theirs: bytes
    results: Mapping[Compare, Any]
    """Results of each comparison of the two."""


def second_process() -> ProcessPoolExecutor:
    """A second process, which ends on its own when this one is killed."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_end_with_parent)


class Darkroom:
    def __init__(self, world: World) -> None:
        self._world = world
        self._pool = second_process()
        self._pairs: dict[Names, Future[Developed]] = {}
        self._prints: dict[str, Names] = {}
        self._begun: set[tuple[str, int]] = set()
        self._made: dict[Hashable, Any] = {}

    def look(self, since: float) -> None:
        """Begin with the comparisons for sources that are gone since `since` (unix seconds)."""
        for marketplace, lines in self._world.truth.lines.items():
            gone = [n for n, line in lines.items() if line[-1].state not in BUYABLE and line[-1].at > since]
            self.expect(marketplace, gone)

    def expect(self, marketplace: str, numbers: Iterable[int]) -> None:
        """Begin with these, which are about to be gone: if many went at once, nothing would be ready."""
        for number in numbers:
            if (marketplace, number) not in self._begun:
                self._begun.add((marketplace, number))
                self._begin(marketplace, number)

    def drawn(self, item_id: str, picture: int) -> bytes | None:
        """Return a picture's bytes, if they are there."""
        names = self._prints.get(item_id) if picture == MAIN else None
        developed = None if names is None else self._ready(names)
        if developed is None or names is None:
            return None
        return developed.ours if names[0] == item_id else developed.theirs

    def compared(self, ours: str, theirs: str) -> Developed | None:
        return self._ready((ours, theirs))

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """Results computed on demand: the same picture, or pair of pictures, is needed again and again."""
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, marketplace: str, number: int) -> None:
        """A source with everything that could replace it."""
        world = self._world
        look = world.market.at(marketplace, number, world.clock.now())
        if look is None:
            return
        ours, shelf = look.item, world.catalogue.shelves[marketplace]
        product = shelf.product_of(world.truth.first_of(number) if marketplace == YAHOO else number)
        for piece in reversed(world.market.pieces_of(marketplace, product)):  # The last is the likeliest to be needed.
            other = world.market.at(marketplace, world.truth.last_of(marketplace, piece), look.now)
            if other is None or other.item.number == number or other.state not in BUYABLE:
                continue
            theirs = other.item
            if theirs.payable > ours.payable or theirs.condition > ours.condition:
                continue
            names = (ours.item_id, theirs.item_id)
            subject = subject_of(world.settings.seed, product)
            self._pairs[names] = self._pool.submit(_develop, subject, shot_of(ours, MAIN), shot_of(theirs, MAIN))
            for item_id in names:
                self._prints.setdefault(item_id, names)

    def _ready(self, names: Names) -> Developed | None:
        """Wait for a result that is being computed. One that has not begun is computed by the caller alone."""
        future = self._pairs.get(names)
        if future is None or future.cancel() or future.exception():
            return None
        return future.result()


def _end_with_parent() -> None:
    """A pool's process would wait for work for ever when its parent was killed. Ctrl-C is handled by the parent."""
    processors.leave_it()
    cv2.setNumThreads(1)  # The other processor is busy.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    assert parent is not None
    threading.Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()  # The end of a pipe whose other end the parent holds.
    os._exit(1)


def _develop(subject: Subject, our_shot: Shot, their_shot: Shot) -> Developed:
    (ours, first), (theirs, second) = _photo(subject, our_shot), _photo(subject, their_shot)
    return Developed(ours, theirs, {compare: compare(first, second) for compare in (quick, likeness)})


@lru_cache(maxsize=2)
def _photo(subject: Subject, shot: Shot) -> tuple[bytes, Decoded]:
    """Compare our picture with one after the other."""
    body = photograph(subject, shot)
    return body, decode(body)
