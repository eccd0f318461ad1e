"""A form that met *Your password again*: its fields go into that page, and from there into a form of one button.

Nothing is stored, here or in the browser. What a browser kept, another user of it could read.
"""

import json
from dataclasses import dataclass

from fastapi import Request

from mercarich_web.site.addresses import own_path
from mercarich_web.site.visits import FIELD

LONGEST = 65_536
"""Characters of all names and values of a form that is kept."""
SECRET = frozenset({"password", "old", "new", "code", "credential"})
"""Names of fields that no page shows again; a form with one of them is not kept."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody typed and sent, and what was not taken."""

    action: str
    fields: tuple[tuple[str, str], ...]

    def packed(self) -> str:
        """Return it as the value of one field, for `unpacked`."""
        return json.dumps([self.action, self.fields])


async def unsent_of(request: Request) -> Unsent | None:
    """Return the form of a request; None: it has none, or a file, or something secret, or too much."""
    if request.method != "POST" or request.headers.get("hx-request"):
        return None
    given = (await request.form()).multi_items()
    fields = tuple((name, value) for name, value in given if name != FIELD and isinstance(value, str))
    has_file = any(not isinstance(value, str) for _, value in given)
    is_secret = any(name in SECRET for name, _ in fields)
    if not fields or has_file or is_secret or sum(len(name) + len(value) for name, value in fields) > LONGEST:
        return None
    return Unsent(request.url.path, fields)


def unpacked(text: str) -> Unsent | None:
    """Return what was packed; None for any other text."""
    try:
        action, fields = json.loads(text)
        return Unsent(own_path(action), tuple((str(name), str(value)) for name, value in fields))
    except (ValueError, TypeError, AttributeError):
        return None
