"""The demo's progress: one bar on a terminal, a plain line every few seconds elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from mercarich_local.demo_state import Progress

LINE_SECONDS = 3.0


class ProgressBar:
    """A context; `show` as often as there is news."""

    def __init__(self, console: Console, listings: int) -> None:
        self._console = console
        self._bar = RichProgress(
            TextColumn("checked"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[told]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=listings, told="")
        self._next_line = 0.0
        self._last_held = ""

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        checked, planned = sum(progress.checked.values()), sum(progress.planned.values())
        held = "; ".join(f"{name} held: {note}" for name, note in progress.held.items())
        told = f"withdrawn {progress.withdrawn}, pushed {progress.pushed}"
        self._bar.update(self._task, completed=checked, total=planned or None, told=told)
        if held and held != self._last_held:
            self._console.print(held, style="yellow", highlight=False, soft_wrap=True)
        self._last_held = held
        if not self._console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            state = " (held)" if held else ""
            self._console.print(f"checked {checked} of {planned}, {told}{state}", highlight=False, soft_wrap=True)
