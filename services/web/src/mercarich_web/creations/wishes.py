"""What a person chose for a new offer: read from a form or the API, or refused."""

import re

from mercarich_contracts.creations import OfferCondition
from mercarich_reasons.creations import AsinMalformed
from mercarich_web.listings.creating import Given
from mercarich_web.refusals import Refused

LONGEST_QUERY = 100
_ASIN = re.compile(r"B0[0-9A-Z]{8}|[0-9]{9}[0-9X]")
"""Of a product; books have their ISBN-10."""


def asin_of(text: str) -> str | None:
    """Return the ASIN in a text or in an address of Amazon; None for an empty text. Raises `Refused`."""
    typed = text.strip()
    if not typed:
        return None
    named = re.search(r"/(?:dp|gp/product)/([0-9A-Za-z]{10})", typed)
    asin = (named.group(1) if named else typed).upper()
    if not _ASIN.fullmatch(asin):
        raise Refused(AsinMalformed(typed[:40]))
    return asin


def given(
    *,
    asin: str = "",
    condition: OfferCondition | None = None,
    note: str | None = None,
    price_jpy: int | None = None,
    handling_days: int | None = None,
) -> Given:
    """Raises `Refused`."""
    told = None if note is None else " ".join(note.split())
    return Given(asin_of(asin), condition, told, price_jpy, handling_days)


def is_jan(text: str) -> bool:
    """Return whether the text is a JAN: 8 or 13 digits, the last one for checking (GS1 General Specifications 7.9)."""
    if not re.fullmatch(r"[0-9]{8}|[0-9]{13}", text):
        return False
    digits = [int(digit) for digit in reversed(text)]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
