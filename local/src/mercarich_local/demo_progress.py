"""The demo's progress: a bar on a terminal; elsewhere a plain line every few seconds when something changed."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from mercarich_local.demo_state import Progress

LINE_SECONDS = 3.0


class ProgressBar:
    """A context manager; call `show` whenever there is news."""

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
        self._line = ""
        self._held: set[str] = set()

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        checked, planned = sum(progress.checked.values()), sum(progress.planned.values())
        told = f"withdrawn {progress.withdrawn}, pushed {progress.pushed}"
        for name, note in progress.held.items():
            if name not in self._held:
                self._print(f"{name} held: {note}", "yellow")
        for name in self._held - progress.held.keys():
            self._print(f"{name} goes on after {progress.held_seconds[name]:.0f} s", "yellow")
        self._held = set(progress.held)
        if self._held:
            told += f" ({' and '.join(sorted(self._held))} held)"
        if progress.second_looks:
            told += f" ({progress.second_looks} not found, looked at again after a minute)"
        self._bar.update(self._task, completed=checked, total=planned or None, told=told)
        line = f"checked {checked} of {planned}, {told}"
        if not self._console.is_terminal and planned and line != self._line and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LINE_SECONDS
            self._line = line
            self._print(line)

    def _print(self, text: str, style: str | None = None) -> None:
        self._console.print(text, style=style, highlight=False, soft_wrap=True)
