"""Sentences on candidates that releases before 0026 stored: (pattern, code, how values that are no texts are read).

Frozen, as `old_sentences`.
"""

from collections.abc import Callable, Mapping
from typing import Any


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _words(text: str) -> list[str] | None:
    return None if text == "not named" else text.split(", ")


_WORDS = {"ours": _words, "theirs": _words, "words": _words}
_PERCENT = {"good_percent": int, "least_percent": int}
_CONDITIONS = {"condition": int, "wanted_condition": int, "worst_condition": int}
_YEN = {"cost_jpy": _number, "limit_jpy": _number}
_NUMBERS = {"length": int, "most": int, "days": int, "features": int, "least": int}
_FLOATS = {"correlation": float, "share": float, "distance": float, "least": float, "most": float}

_WHY = (
    r"(?P<why>not_found_once|closing|blocked|rate_limited|auth|bad_request|transient|timed_out|unparsable|empty"
    r"|unknown_status|breaker_open|malformed_id|oversized)"
)
_TITLES = r"differs: (?P<ours>.+), and (?P<theirs>.+)"
_STATE = r"(?P<state>unbuyable|sold|ended|gone|suspended|unknown)"
_PRICE = r"(?P<cost_jpy>[\d,]+) yen(?: with shipping)? is more than (?P<limit_jpy>[\d,]+) yen"
_URL = r"(?P<url>https?://\S+)"
_FLOAT = r"[-\d.]+"

CANDIDATES: tuple[tuple[str, str, Mapping[str, Callable[[str], Any]]], ...] = (
    ("it is the source that is gone", "gone_source_itself", {}),
    ("a person has taken it back from this listing", "taken_back_before", {}),
    (r"seller (?P<seller_id>\S+) is excluded", "excluded_seller", {}),
    (r"the title has the excluded word ['\"](?P<word>.*)['\"]", "excluded_word", {}),
    (rf"the volume {_TITLES}", "volumes_differ", _WORDS),
    (rf"the number of pieces {_TITLES}", "piece_counts_differ", _WORDS),
    (rf"the model {_TITLES}", "models_differ", _WORDS),
    (rf"the colour {_TITLES}", "colours_differ", _WORDS),
    (rf"the measure {_TITLES}", "measures_differ", _WORDS),
    (r"it may be a part or broken: (?P<words>.+)", "may_be_part", _WORDS),
    (rf"it is {_STATE}: (?P<why>\w+)", "not_buyable", {}),
    (rf"it is {_STATE}", "not_buyable", {}),
    ("the seller's ratings are not known", "ratings_unknown", {}),
    ("the seller has no ratings yet", "no_ratings", {}),
    (r"(?P<good_percent>\d+) % good ratings, less than (?P<least_percent>\d+) %", "rating_too_low", _PERCENT),
    ("this seller uses it already for another listing", "already_used", {}),
    ("this seller has just begun to use it", "just_used", {}),
    ("it has gone since it was looked at", "just_gone", {}),
    ("the condition of the item is not known", "condition_unknown", {}),
    ("the condition of the old source is not known", "old_condition_unknown", {}),
    (
        r"condition (?P<condition>\d) is not (?P<wanted_condition>\d), the old source's",
        "condition_differs",
        _CONDITIONS,
    ),
    (
        r"condition (?P<condition>\d) is worse than (?P<wanted_condition>\d), the old source's",
        "condition_worse",
        _CONDITIONS,
    ),
    (
        r"condition (?P<condition>\d) is worse than (?P<worst_condition>\d), the other marketplace's limit",
        "condition_beyond_limit",
        _CONDITIONS,
    ),
    (
        r"condition (?P<wanted_condition>\d) is not taken from the other marketplace",
        "condition_not_taken",
        _CONDITIONS,
    ),
    ("the price at first purchase is not known", "first_price_unknown", {}),
    ("it shows no price", "price_missing", {}),
    (_PRICE, "price_above_limit", _YEN),
    (f"{_PRICE}, the break-even price", "price_above_break_even", _YEN),
    ("it has no title", "title_missing", {}),
    (r"its title has (?P<length>\d+) characters, more than (?P<most>\d+)", "title_too_long", _NUMBERS),
    (r"it ships from (?P<place>.+)", "ships_from", {}),
    (r"it ships within (?P<days>\d+) days, not (?P<most>\d+)", "ships_too_late", _NUMBERS),
    ("it has no picture", "picture_missing", {}),
    ("there is no picture of the old source", "old_picture_missing", {}),
    (rf"{_URL}: the picture is too narrow", "picture_too_narrow", {}),
    (rf"{_URL}: the picture cannot be decoded", "picture_undecodable", {}),
    (rf"{_URL}: the pictures cannot be compared", "pictures_incomparable", {}),
    (rf"{_URL}: (?P<error>.+)", "picture_unavailable", {}),
    (rf"picture: {_WHY}", "picture_not_now", {}),
    (r"picture: (?P<error>.+)", "picture_not_now", {}),
    (
        rf"the pictures' grey histograms correlate by (?P<correlation>{_FLOAT}), not above (?P<least>{_FLOAT})",
        "histograms_differ",
        _FLOATS,
    ),
    (
        rf"(?P<share>{_FLOAT}) of the pictures' features match, less than (?P<least>{_FLOAT})",
        "few_features_match",
        _FLOATS,
    ),
    (
        r"(?P<features>\d+) features agree on where the thing is, fewer than (?P<least>\d+)",
        "few_features_agree",
        _NUMBERS,
    ),
    (
        rf"the colours differ by (?P<distance>{_FLOAT}), more than (?P<most>{_FLOAT})",
        "picture_colours_differ",
        _FLOATS,
    ),
    (
        rf"(?P<share>{_FLOAT}) of it has another colour, more than (?P<most>{_FLOAT})",
        "part_in_other_colour",
        _FLOATS,
    ),
    (
        rf"a spot of (?P<share>{_FLOAT}) of it looks different, more than (?P<most>{_FLOAT})",
        "spot_differs",
        _FLOATS,
    ),
    ("its page told nothing: None", "page_told_nothing", {}),
    (rf"its page told nothing: {_WHY}", "page_told_nothing", {}),
)
