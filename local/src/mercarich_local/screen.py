"""What a person sees of a running system: each line with its process's name; by default only warnings and worse."""

import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

COLOURS = ("cyan", "magenta", "green", "blue", "bright_cyan", "bright_magenta", "bright_green", "bright_blue")
PLAIN_WIDTH = 120
LOUD = frozenset({"WARNING", "ERROR", "CRITICAL"})
_SHOWN_BY_MESSAGE = frozenset({"time", "level", "service", "logger", "message", "exception"})


def open_console() -> Console:
    """Standard output. Lines are wrapped on a terminal only."""
    return Console() if sys.stdout.isatty() else Console(width=PLAIN_WIDTH)


class Screen:
    """Print lines; thread-safe."""

    def __init__(self, console: Console, names: Iterable[str], *, verbose: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._colours = {name: COLOURS[index % len(COLOURS)] for index, name in enumerate(names)}
        self._width = max(map(len, self._colours), default=0)
        self.quiet = False
        """True while the system ends: then the processes' messages go to the log files only."""

    def say(self, name: str, sentence: str) -> None:
        """Print a message of the runner about a process."""
        self._print(name, Text(sentence))

    def line(self, name: str, line: str) -> None:
        """Print one line of a process's output."""
        if self._verbose:
            self._print(name, Text(line))
        elif not self.quiet:
            told = in_short(line)
            if told:
                self._print(name, Text(told, style="yellow"))

    def table(self, title: str, rows: Iterable[tuple[str, ...]], *headings: str) -> None:
        first, *others = headings
        table = Table(Column(first, no_wrap=True), *others, title=title, box=None, pad_edge=False)
        table.title_justify, table.title_style = "left", "bold"
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def note(self, text: str, style: str | None = None) -> None:
        self._console.print(Text(text), style=style, highlight=False, soft_wrap=True)

    def _print(self, name: str, text: Text) -> None:
        head = Text(f"{name:<{self._width}} ", style=self._colours.get(name, "white"))
        self._console.print(head.append("│ ").append_text(text), soft_wrap=True, highlight=False)


def in_short(line: str) -> str | None:
    """Return a log line as one sentence if it is a warning or worse, or not in the log's format; else None."""
    try:
        record = json.loads(line)
    except ValueError:
        return line.strip() or None
    if not isinstance(record, dict) or "level" not in record:
        return line
    if record["level"] not in LOUD:
        return None
    fields = " ".join(f"{key}={value}" for key, value in record.items() if key not in _SHOWN_BY_MESSAGE)
    last = str(record.get("exception", "")).strip().rpartition("\n")[2]
    return " ".join(filter(None, [f"{record['level'].lower()}: {record.get('message', '')}", fields, last]))
