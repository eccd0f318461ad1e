"""Writes the catalogues of the pages' sentences again: `python -m tools.messages`; new ones are empty in ja.po.

Sentences come from templates and from `N_("…")` and `Said("…")` in Python; what is gone from the code goes from the
catalogues.
English says what the code says; en.po has only what a page says in other words, written there by hand.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).parent.parent / "services/web/src/mercarich_web"
WHOLE, PARTIAL = "ja", "en"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "Said": None}

Message = str | tuple[str, str]


def main() -> int:
    found = sorted(set(messages()), key=str)
    for language in (WHOLE, PARTIAL):
        file = WEB / "locales" / f"{language}.po"
        made = updated(read(file, language), found, language)
        with file.open("wb") as opened:
            write_po(opened, made, width=110, omit_header=False, sort_output=True)
        for message in missing(made):
            print(f"{file.name}: not translated: {message}")  # noqa: T201
    return 0


def messages() -> Iterator[Message]:
    """Every sentence of templates and code."""
    for file in sorted(WEB.rglob("*.html")):
        yield from _of("jinja2.ext.babel_extract", file, {"silent": "false", "newstyle_gettext": "true"})
    for file in sorted(WEB.rglob("*.py")):
        yield from _of("python", file, {})


def read(file: Path, language: str) -> Catalog:
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def updated(old: Catalog, found: list[Message], language: str) -> Catalog:
    made = Catalog(locale=language, project="mercarich", fuzzy=False)
    made.revision_date = made.creation_date = old.creation_date  # no other reason to differ than a sentence
    for message in found:
        known = old.get(message)
        if known or language == WHOLE:
            made.add(message, string=known.string if known else "")
    made.header_comment = "# The sentences of the pages; written by tools/messages.py."
    return made


def missing(catalogue: Catalog) -> list[str]:
    """Sentences that are not translated, or not in every form."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and not (all(message.string) if isinstance(message.string, tuple | list) else message.string)
    ]


def _of(method: str, file: Path, options: dict[str, str]) -> Iterator[Message]:
    for _line, message, _comments, _context in extract_from_file(method, file, keywords=KEYWORDS, options=options):
        if message:
            yield message if isinstance(message, str) else (message[0], message[1])


if __name__ == "__main__":
    sys.exit(main())
