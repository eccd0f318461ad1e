"""A form that was not taken: the password was to be confirmed, the session was over, or another one had begun.

Its fields go into the page that asks for it, and from there into a form of one button. Where there is script, the page
of the form comes instead, filled in, with its button in view (`assets/pages/unsent.js`). Nothing is sent by itself.

Nothing is stored, here or in the browser. What a browser kept, another user of it could read.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request, Response
from starlette.routing import Match

from mercarich_web.identity.sign_in import Door, LetIn
from mercarich_web.site.addresses import own_path
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FIELD, Visit, let_in, visit_of

LONGEST = 65_536
"""Characters of a packed form that is kept."""
CARRIED = "unsent"
"""The field in which a page that asks who it is has the form that waits."""
Packed = Annotated[str, Form(alias=CARRIED, max_length=LONGEST)]
"""The field that holds a packed form."""
_ID = re.compile(r"[0-9]{1,18}")
OF = "form_of"
"""The field that tells in whose page a form was, by the user's id."""
FORM, WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
SECRET = frozenset({"password", "old", "new", "code", "credential", "secret", "webhook", "endpoint", "p256dh", "auth"})
"""Names of fields that no page shows again; a form with one of them is not kept."""
PREVIEWS = {"/listings/apply": "/listings/preview", "/listings/confirm": "/listings/preview"}
"""Where a form of a preview is sent, and the route that shows the preview again with the same fields. It changes
nothing, and no address leads to it: what was chosen does not fit into one."""
NO_FORM = frozenset({"/sign-out", "/confirm"})
"""What nobody wants to do after signing in, or has done by it."""
PLAINLY = "X-Send-Plainly"
"""A header: the script is to send the form again, as a browser without script does, so that the response is a page."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What somebody typed and sent, and what was not taken."""

    action: str
    fields: tuple[tuple[str, str], ...]
    of: int
    """The user in whose page it was: nobody else is offered it."""

    @property
    def preview(self) -> str | None:
        """The route that shows the form again, which is no page of an address."""
        return PREVIEWS.get(self.action.partition("?")[0])

    def packed(self) -> str:
        """Return it as the value of one field, for `unpacked`."""
        return json.dumps([self.action, self.fields, self.of], ensure_ascii=False)


def has_files(request: Request) -> bool:
    """Return whether a request is a form that may have files."""
    return request.headers.get("content-type", "").startswith(WITH_FILES)


async def unsent_of(request: Request) -> Unsent | None:
    """Return the form of a request; None: it may have files, or something secret, or too much, or does not tell whose
    it is. One that a preview shows again is kept without what is secret. A page that asks who it is has no form of its
    own: the one that it carries is returned."""
    is_form = request.headers.get("content-type", "").startswith(FORM)
    if request.method != "POST" or not is_form:
        return None
    form = await request.form()
    carried = form.get(CARRIED)
    if isinstance(carried, str) and carried:
        return unpacked(carried)
    if request.url.path in NO_FORM:
        return None
    given = form.multi_items()
    of = [value for name, value in given if name == OF and isinstance(value, str) and _ID.fullmatch(value)]
    fields = tuple((name, value) for name, value in given if name not in (FIELD, OF) and isinstance(value, str))
    if request.url.path in PREVIEWS:
        fields = tuple((name, value) for name, value in fields if name not in SECRET)
    if len(of) != 1 or any(name in SECRET for name, _ in fields):
        return None
    action = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    unsent = Unsent(action, fields, int(of[0]))
    return unsent if len(unsent.packed()) <= LONGEST else None


async def next_of(request: Request, page: str) -> str:
    """Return where to go on after who it is was asked once more: where the page that asked before would have led, else
    to the page that the form was sent from."""
    form = await request.form()
    to = form.get("next")
    return own_path(to) if form.get(CARRIED) and isinstance(to, str) else page


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
    return let_in(request, offered(request, visit, unsent, to), entered)


def offered(request: Request, visit: Visit, unsent: Unsent, to: str, status: int = 200) -> Response:
    """Show what was entered and not sent, by a button; from there the script goes on to the form's page."""
    site: Site = request.app.state.site
    page = _page_of(request, unsent, own_path(to))
    return site.page(visit, "accounts/send.html", status, unsent=unsent, page=page)


def _page_of(request: Request, unsent: Unsent, to: str) -> str:
    """Return the address of the page whose form it is: the page it came from, unless that was the response to a form,
    which has no address. Then the nearest page above where it is sent, such as `/rules` of `/rules/preview`."""
    if unsent.preview is not None:
        return own_path(dict(unsent.fields).get("back", "/"))
    return next((one for one in (to, *_above(unsent.action)) if _is_page(request, one)), "/")


def _above(address: str) -> Iterator[str]:
    path = address.partition("?")[0]
    while path:
        yield path
        path = path.rpartition("/")[0]


def _is_page(request: Request, address: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": address.partition("?")[0]}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
