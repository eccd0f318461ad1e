"""Render a reason as a sentence in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Any, Protocol

from mercarich_contracts.creations import OfferCondition
from mercarich_contracts.market import Marketplace, RouteName, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.orders import OrderDecision
from mercarich_contracts.schedule import tokyo
from mercarich_reasons.candidates import Colour
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import Reached
from mercarich_reasons.stored import LaterCode
from mercarich_reasons.words import en, ja


class Language(StrEnum):
    EN = "en"
    JA = "ja"


class Words(Protocol):
    """The words of one language."""

    SEEN: str
    YEN: str
    LISTED: str
    MARKETPLACES: Mapping[str, str]
    ROUTES: Mapping[str, str]
    STATES: Mapping[str, str]
    STATE_REASONS: Mapping[str, str]
    CONDITIONS: Mapping[int, str]
    COLOURS: Mapping[str, str]
    ORDER_DECISIONS: Mapping[str, str]
    OFFER_CONDITIONS: Mapping[str, str]
    REACHED: Mapping[str, str]
    REASONS: Mapping[str, str]


_TABLES: Mapping[Language, Words] = {Language.EN: en, Language.JA: ja}
_NAMED: Mapping[type, Callable[[Words], Mapping[str, str]]] = {
    Marketplace: lambda words: words.MARKETPLACES,
    RouteName: lambda words: words.ROUTES,
    State: lambda words: words.STATES,
    StateReason: lambda words: words.STATE_REASONS,
    Colour: lambda words: words.COLOURS,
    OrderDecision: lambda words: words.ORDER_DECISIONS,
    OfferCondition: lambda words: words.OFFER_CONDITIONS,
    Reached: lambda words: words.REACHED,
}
"""Values from closed sets, with the table of a language that has their words."""
Moment = Callable[[datetime], str]
_NAMES = frozenset({"job_id", "run_id", "source_item_id", "line", "number"})
"""Integers that are identifiers, formatted without thousands separators."""


def to_the_minute(at: datetime) -> str:
    return tokyo(at, "%Y-%m-%d %H:%M")


def tell(reason: Reason | None, language: Language, *, moment: Moment = to_the_minute) -> str:
    """Return the sentence, or an empty text for None. `moment` formats times.

    In a template, `{name}` is a value, `{name|text}` has a text for a missing value, and `[…]` is left out if a value
    in it is missing. `{state}` includes the reason's `why`.
    """
    if reason is None:
        return ""
    template = _TABLES[language].REASONS.get(reason.code)
    if isinstance(reason, LaterCode) or template is None:
        return str(reason)
    values = {field.name: getattr(reason, field.name) for field in fields(reason)}
    words = {name: _word(name, value, language, moment) for name, value in values.items() if value is not None}
    if isinstance(values.get("state"), State):
        words["state"] = seen(values["state"], values.get("why"), language)
    return "".join(_parts(template, words))


def source_words(language: Language) -> Words:
    """Return the table with the words for marketplaces, states of sources and their reasons."""
    return _TABLES[language]


def seen(state: State | str, why: StateReason | str | None, language: Language) -> str:
    """Return a source's state and its reason: "sold (won by a bidder)"; only one if both are the same word."""
    words = _TABLES[language]
    word = words.STATES.get(state, str(state))
    because = words.STATE_REASONS.get(why, str(why)) if why else ""
    return word if because in ("", word) else words.SEEN.format(word=word, because=because)


def places(template: str) -> frozenset[str]:
    """Return the names of the values in a template."""
    return frozenset(name.partition("|")[0] for _, name, _, _ in Formatter().parse(_bare(template)) if name)


def _parts(template: str, words: Mapping[str, str]) -> list[str]:
    """Return the parts to show. Odd parts are those in brackets, which are never nested."""
    parts = template.replace("]", "[").split("[")
    return [
        _filled(part, words)
        for n, part in enumerate(parts)
        if n % 2 == 0 or all(name in words for name in places(part))
    ]


def _filled(part: str, words: Mapping[str, str]) -> str:
    out = []
    for text, field, _, _ in Formatter().parse(part):
        out.append(text)
        if field:
            name, _, missing = field.partition("|")
            out.append(words.get(name, missing))
    return "".join(out)


def _bare(template: str) -> str:
    return template.replace("[", "").replace("]", "")


def _word(name: str, value: Any, language: Language, moment: Moment) -> str:
    words = _TABLES[language]
    named = _NAMED.get(type(value))
    if named is not None:
        return named(words)[value]
    if isinstance(value, datetime):
        return moment(value)
    if name.endswith("condition"):
        return words.CONDITIONS.get(value, str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return words.YEN.format(value) if name.endswith("_jpy") else str(value) if name in _NAMES else f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return words.LISTED.join(_word(name, one, language, moment) for one in value)
    return str(value)
