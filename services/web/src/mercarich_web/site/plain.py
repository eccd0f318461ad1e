"""Remove invisible characters from text that others wrote."""

import re

from markupsafe import Markup

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that change the text direction of everything after them."""


def plain(value: object) -> object:
    """Return the value without invisible characters, for a template; markup stays markup."""
    if not isinstance(value, str) or UNSEEN.search(value) is None:
        return value
    seen = UNSEEN.sub("", value)
    return Markup(seen) if isinstance(value, Markup) else seen
