"""What others wrote, without what cannot be seen."""

import re

from markupsafe import Markup

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of all that follows: what others wrote must not use them."""


def plain(value: object) -> object:
    """Of what a template writes; markup stays markup."""
    if not isinstance(value, str) or UNSEEN.search(value) is None:
        return value
    seen = UNSEEN.sub("", value)
    return Markup(seen) if isinstance(value, Markup) else seen
