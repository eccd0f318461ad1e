"""A form that was not taken: the password was to be confirmed, the session was over, or another one had begun.

Its fields go into the page that asks for it, and from there into a form of one button.

Nothing is stored, here or in the browser. What a browser kept, another user of it could read.
"""

import json
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request, Response

from mercarich_web.identity.sign_in import Door, LetIn
from mercarich_web.site.addresses import own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FIELD, let_in, visit_of

LONGEST = 65_536
"""Characters of a packed form that is kept."""
Packed = Annotated[str, Form(alias="unsent", max_length=LONGEST)]
"""The field that holds a packed form."""
_ID = re.compile(r"[0-9]{1,18}")
OF = "form_of"
"""The field that tells in whose page a form was, by the user's id."""
FORM = "application/x-www-form-urlencoded"
SECRET = frozenset({"password", "old", "new", "code", "credential", "secret", "webhook"})
"""Names of fields that no page shows again; a form with one of them is not kept."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody typed and sent, and what was not taken."""

    action: str
    fields: tuple[tuple[str, str], ...]
    of: int
    """The user in whose page it was: nobody else is offered it."""

    def packed(self) -> str:
        """Return it as the value of one field, for `unpacked`."""
        return json.dumps([self.action, self.fields, self.of], ensure_ascii=False)


async def unsent_of(request: Request) -> Unsent | None:
    """Return the form of a request; None: it has no fields, may have files, or something secret, or too much, or does
    not tell whose it is."""
    is_form = request.headers.get("content-type", "").startswith(FORM)
    if request.method != "POST" or not is_form or request.headers.get("hx-request"):
        return None
    given = (await request.form()).multi_items()
    of = [value for name, value in given if name == OF and isinstance(value, str) and _ID.fullmatch(value)]
    fields = tuple((name, value) for name, value in given if name not in (FIELD, OF) and isinstance(value, str))
    if not fields or len(of) != 1 or any(name in SECRET for name, _ in fields):
        return None
    action = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    unsent = Unsent(action, fields, int(of[0]))
    return unsent if len(unsent.packed()) <= LONGEST else None


def unpacked(text: str) -> Unsent | None:
    """Return what was packed; None for any other text."""
    try:
        action, fields, of = json.loads(text)
        unsent = Unsent(own_path(action), tuple((str(name), str(value)) for name, value in fields), int(of))
        unsent.packed().encode()  # raises for half a character, which no page can show
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return unsent


def led_on(request: Request, entered: LetIn, unsent: Unsent | None, to: str) -> Response:
    """Let the visitor in, and lead to the page, or show what the same user entered there and did not send."""
    site: Site = request.app.state.site
    door: Door = request.app.state.door
    session = door.who(entered.token) if unsent is not None else None
    if unsent is None or session is None or session.account.user_id != unsent.of:
        return let_in(request, site.to(to), entered)
    visit = visit_of(request, session, door.form_secret(session), door.now())
    return let_in(request, site.page(visit, "accounts/send.html", unsent=unsent, next=own_path(to)), entered)
