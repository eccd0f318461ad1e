"""The two languages: which one a visitor reads, and the catalogues of sentences.

Sentences are in English in the code, as `_("…")` in templates and `N_("…")` in Python. `locales/ja.po` translates each
of them; `locales/en.po` only has those that a page words differently from a command. tools/messages.py updates both.
They are read at start, without a build step.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent.parent / "locales"
LANGUAGES: Mapping[str, str] = {"ja": "日本語", "en": "English"}
FIRST = "ja"


def N_(text: str) -> str:  # noqa: N802
    """Mark a sentence that a template translates later."""
    return text


@cache
def catalogue(language: str) -> Translations:
    """Return the sentences of one language, in the form that templates and letters use. Made once, in 0.1 s of CPU: add
    a fallback to a copy of it."""
    compiled = BytesIO()
    write_mo(compiled, sentences(language))
    compiled.seek(0)
    return Translations(compiled)


def sentences(language: str) -> Catalog:
    """Return the catalogue of one language. English uses the sentence in the code when its catalogue has no other."""
    known = _read(language)
    if language != FIRST:
        for message in _read(FIRST):
            if message.id and message.id not in known:
                known.add(message.id, string=message.id)
    return known


def _read(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def chosen(*wishes: str | None, accepted: str = "") -> str:
    """Return the first wish that is a language of ours, else the browser's preferred one, else Japanese."""
    for wish in wishes:
        if wish is not None and wish in LANGUAGES:
            return wish
    liked = sorted((_liked(part) for part in accepted[:500].split(",")), key=lambda one: -one[0])
    return next((language for quality, language in liked if quality > 0 and language in LANGUAGES), FIRST)


def _liked(part: str) -> tuple[float, str]:
    name, _, quality = part.strip().partition(";q=")
    try:
        weight = float(quality) if quality else 1.0
    except ValueError:
        weight = 0.0
    return weight, name.strip().lower().partition("-")[0]
