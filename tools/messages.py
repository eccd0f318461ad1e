"""Update the catalogues of the pages' sentences: `python -m tools.messages`. New sentences are empty in ja.po.

Sentences come from templates and from `N_("…")` and `Said("…")` in Python. A sentence that is no longer in the code is
removed from the catalogues. English uses the sentence in the code; en.po only has those that a page words differently,
written by hand.
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
    """Yield every sentence of templates and code."""
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
    # Keep the old date, so that the file changes only when a sentence does.
    made.revision_date = made.creation_date = old.creation_date
    for message in found:
        known = old.get(message)
        if known or language == WHOLE:
            made.add(message, string=known.string if known else "")
    made.header_comment = "# The sentences of the pages; written by tools/messages.py."
    return made


def missing(catalogue: Catalog) -> list[str]:
    """Return the sentences without a translation, or without one of its plural forms."""
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
