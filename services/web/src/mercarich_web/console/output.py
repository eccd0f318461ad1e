"""Results on stdout: JSON for programs, or a page for people, without styles when it is not a terminal."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mercarich_contracts.schedule import tokyo
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.console.json_text import json_text

Answer = TypeVar("Answer")
Page = Callable[[Answer], RenderableType]

PLAIN_WIDTH = 180
"""Width in columns when stdout is not a terminal: wide enough to keep a row on one line."""


def show(answer: Answer, page: Page[Answer], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json_text(answer))
        return
    if sys.stdout.isatty():
        Console(highlight=False).print(page(answer))
        return
    console = Console(width=PLAIN_WIDTH, highlight=False, color_system=None)
    with console.capture() as text:
        console.print(page(answer))
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in text.get().rstrip().splitlines())


def cell(value: object, style: str = "") -> Text:
    """Format a value for people. Control characters are removed: text from a marketplace must not steer the
    terminal."""
    if value is None:
        return Text("–", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no", style=style)
    if isinstance(value, datetime):
        return Text(tokyo(value), style=style)
    if isinstance(value, Reason):
        value = sentence(value)
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Text("".join(c if c.isprintable() else "�" for c in text), style=style)


def sentence(reason: Reason | None) -> str:
    """Return a reason in English, its times in the format of the other times."""
    return tell(reason, Language.EN, moment=tokyo)


def number(value: int, alarm: str = "") -> Text:
    """A count, styled with `alarm` when it is not 0."""
    return cell(value, alarm if value else "")


def plain(value: int | None) -> Text:
    """A number that identifies something, without thousands separators."""
    return cell(None if value is None else str(value))


def yen(amount: int | None) -> str | None:
    return None if amount is None else f"{'-' if amount < 0 else ''}¥{abs(amount):,}"


def facts(rows: Iterable[tuple[str, object]]) -> RenderableType:
    """A table of two columns: names on the left, values on the right."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value if isinstance(value, Text) else cell(value))
    return table


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table with one line per row; numbers are aligned to the right."""
    made = [[each if isinstance(each, Text) else cell(each) for each in row] for row in rows]
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, heading in enumerate(headings):
        numeric = all(_is_number(row[index].plain) for row in made) and any(row[index].plain != "–" for row in made)
        drawn.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in made:
        drawn.add_row(*row)
    return drawn


def _is_number(text: str) -> bool:
    return text == "–" or text.replace(",", "").isdigit()


def section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, style="bold cyan"), Padding(body, (0, 0, 1, 2)))


def ago(at: datetime | None, now: datetime) -> Text:
    return cell(None) if at is None else Text(f"{span((now - at) / timedelta(seconds=1))} ago")


def span(seconds: float) -> str:
    """A duration: `45 s`, `12 min`, `3.5 h`, `2.1 d`."""
    seconds = max(0.0, seconds)
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} d"


def arguments(given: Any) -> str:
    """Return the arguments of a run that are set."""
    return "  ".join(f"{key}={value}" for key, value in given.items() if value not in (None, [], False))
