"""Run the sides of a comparison in turn, A B A B, so that whatever else the machine does affects all of them alike."""

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from bench.harness.scale import Scale
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Measured = TypeVar("Measured")


def in_turn(title: str, sides: Mapping[str, Callable[[bool], Measured]], scale: Scale) -> dict[str, list[Measured]]:
    """Return each side's counted runs in order: the n-th runs of two sides are a pair.

    A side is called with True for the warm-up, which may be smaller; a smoke run has none.
    """
    kept: dict[str, list[Measured]] = {name: [] for name in sides}
    warm_ups = 0 if scale.smoke else 1
    with steps(title, len(sides) * (scale.rounds + warm_ups)) as step:
        for number in range(-warm_ups, scale.rounds):
            for name, side in sides.items():
                step(f"{name}, {'warm-up' if number < 0 else f'run {number + 1} of {scale.rounds}'}")
                measured = side(number < 0)
                if number >= 0:
                    kept[name].append(measured)
    return kept


class steps:  # noqa: N801
    """Show progress, as a bar on a terminal, elsewhere as a line per step: `with steps("title", 12) as step: step("what
    next")`."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=Console(stderr=True)
        )
        self._task = self._bar.add_task(title, total=total)
        self._begun = 0

    def __enter__(self) -> Callable[[str], None]:
        if sys.stderr.isatty():
            self._bar.start()
        return self._step

    def __exit__(self, *_: object) -> None:
        self._bar.update(self._task, completed=self._begun, description=self._title)
        if sys.stderr.isatty():
            self._bar.stop()

    def _step(self, what: str) -> None:
        self._bar.update(self._task, completed=self._begun, description=f"{self._title}: {what}")
        self._begun += 1
        if not sys.stderr.isatty():
            print(f"{self._title}: {what}", file=sys.stderr, flush=True)  # noqa: T201
