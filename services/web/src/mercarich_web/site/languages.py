"""The two languages: which one a visitor reads, and the catalogues of sentences.

Sentences stand in the code in English, as `_("…")` in templates and `N_("…")` in Python. `locales/ja.po` has every one
of them; `locales/en.po` only those that a page says in other words than a command. Both are kept by tools/messages.py
and read here at start, without a step of building.
"""

from collections.abc import Mapping
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
    """Marks a sentence that a template translates later."""
    return text


def catalogue(language: str) -> Translations:
    """The sentences of one language, as templates and letters ask for them."""
    compiled = BytesIO()
    write_mo(compiled, sentences(language))
    compiled.seek(0)
    return Translations(compiled)


def sentences(language: str) -> Catalog:
    """Every sentence in one language. English says what the code says where its own catalogue has nothing else."""
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
    """The first wish that is one of ours, else what the browser likes best, else Japanese."""
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
