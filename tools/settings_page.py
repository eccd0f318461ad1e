"""Write docs/settings.md from where each setting and variable is defined: `python -m tools.settings_page`."""

import itertools
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tools.variables import Entry, variables

from mercarich_db.setting_definitions import DEFINITIONS, PAUSE, SELLERS_OWN, WORKERS, Definition
from mercarich_web.system_settings.words import GROUPS

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
WIDTH = 120
MOST_NAMES = 6
"""Most names that a row lists one by one."""
POOLS, MARKETPLACES = "Worker pools", "Marketplaces"
_HEAD = """# Settings

Made by `python -m tools.settings_page` from the definitions themselves (`mercarich_db.setting_definitions`, settings
classes, and constants that name a variable); a test fails when it is out of date, or when a definition does not say its
unit, why its default is what it is, and what happens at zero or when it is empty. "The old system" is the one that
Mercarich stands in for.
"""
_DATABASE = """## In the database

What people change while the system runs: by `mercarich settings`, or on the page *Settings*; pools and marketplaces
have pages of their own. What is out of bounds is refused, and each change is kept with its author. Of a setting marked
"yes" a seller may have an own value (`mercarich revival set`, the page *Rules*); the general one is the default.
"""
_ENVIRONMENT = """## In the environment

What belongs to a deployment: addresses, secrets, and how much one process takes on. Each is read once, at the start; a
wrong one ends the process with 78 and a sentence. A secret is in no log and no message.
"""


def groups() -> dict[str, list[Entry]]:
    """Return the settings of the database by the groups of their page, those of pools and marketplaces first."""
    keys = {POOLS: [key for key in DEFINITIONS if key.startswith(tuple(WORKERS))]}
    keys[MARKETPLACES] = [key for key in DEFINITIONS if key.startswith(PAUSE)]
    keys |= {group: list(words) for group, words in GROUPS.items()}
    return {group: [_entry(DEFINITIONS[key]) for key in some] for group, some in keys.items()}


def page() -> str:
    database = (block for group, entries in groups().items() for block in _section(group, entries))
    environment = (block for heading, entries in variables().items() for block in _section(heading, entries))
    return "\n".join([_HEAD, _DATABASE, *database, _ENVIRONMENT, *environment])


def main() -> None:
    PAGE.write_text(page())


def _entry(definition: Definition) -> Entry:
    default = definition.default
    number = not isinstance(default, str)
    bounds = f"{definition.low:,.10g} to {definition.high:,.10g}" if number else ""
    return Entry(
        name=definition.key,
        default=f"{default:,}" if isinstance(default, int) else f"{default:g}" if number else str(default),
        unit=definition.unit,
        allowed=bounds or ", ".join(definition.choices) or definition.form or "any text",
        meaning=definition.meaning,
        why=definition.why,
        zero=definition.zero,
        can_be_nothing=definition.can_be_nothing,
        is_number=number,
        own=definition.key in SELLERS_OWN,
    )


def _section(heading: str, entries: list[Entry]) -> Iterator[str]:
    """Return the blocks of one group: a table to look a value up in, then the longer explanations."""
    with_own = any(entry.own for entry in entries)
    names = ["name", "default", "unit", "bounds or choices", *(["a seller's own"] if with_own else [])]
    yield f"### {heading}\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}"
    for entry in entries:
        shown = f"`{entry.default}`" if entry.default else "empty"
        cells = [f"`{entry.name}`", shown, entry.unit or "–", entry.allowed or "–"]
        cells += ["yes" if entry.own else "no"] if with_own else []
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield from (_prose(alike) for alike in _alike(entries))
    yield ""


def _alike(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Group names with the same text, such as the smallest number of each pool."""
    together: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        pool = next((pool for pool in WORKERS if entry.name.startswith(pool)), "")
        meaning = entry.meaning.replace(pool, "…") if pool else entry.meaning
        together.setdefault((meaning, entry.why, entry.zero), []).append(replace(entry, meaning=meaning))
    yield from together.values()


def _prose(alike: list[Entry]) -> str:
    entry = alike[0]
    lines = [_wrapped(f"**{_names(alike)}**: {_sentence(entry.meaning)}", "- ")]
    lines.append(_wrapped(f"Why: {_sentence(entry.why)}", "  "))
    if entry.can_be_nothing:
        nothing = "At 0" if entry.is_number and entry.default else "Empty"
        lines.append(_wrapped(f"{nothing}: {_sentence(entry.zero)}", "  "))
    return "\\\n".join(lines)


def _names(alike: list[Entry]) -> str:
    """Return all names or, when there are many, the ending that they share."""
    names = [entry.name for entry in alike]
    if len(names) <= MOST_NAMES:
        return ", ".join(f"`{name}`" for name in names)
    from_the_end = zip(*(reversed(name.split("_")) for name in names), strict=False)
    ending = [words[0] for words in itertools.takewhile(lambda words: len(set(words)) == 1, from_the_end)]
    return f"`…_{'_'.join(reversed(ending))}`"


def _sentence(text: str) -> str:
    """Return the text with a capital, unless it begins with a name or a value, and with a full stop."""
    first = text.split(" ")[0]
    text = text if first.endswith(":") or "_" in first else text[:1].upper() + text[1:]
    return text if text.endswith((".", "…")) else f"{text}."


def _wrapped(text: str, first: str) -> str:
    return textwrap.fill(
        text, WIDTH - 1, initial_indent=first, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


if __name__ == "__main__":
    main()
