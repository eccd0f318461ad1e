"""The page of a link in a message: a replacement beside what it replaces, and two buttons. It asks for no session."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from mercarich_reasons.reason import Reason
from mercarich_web.identity.sign_in import Caller, TooMany
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.deciding_by_link import DecideByLink, ForgedForm
from mercarich_web.replacements.links import Seen
from mercarich_web.replacements.sql.waiting import SqlWaiting
from mercarich_web.replacements.views import Decision
from mercarich_web.site import refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FIELD, Forged, Sessionless, Visit

ShowPicture = Callable[[int, int, int], tuple[bytes, str]]
"""Return the picture of a seller's listing and its media type, by user, listing and place. Raises `NotFound`."""
Word = Annotated[str, Form(max_length=100)]


def routes(site: Site, decide: DecideByLink, waiting: SqlWaiting, show_picture: ShowPicture) -> APIRouter:
    routes = APIRouter(prefix="/decide")

    @routes.get("/{token}")
    def show(request: Request, visit: Sessionless, token: str) -> Response:
        def shown() -> Response:
            seen = decide.look(token, visit.caller)
            return _page(site, visit, seen, 410 if seen.is_over else 200, _form(decide, token, seen))

        return _unless_guessing(site, request, visit, shown)

    @routes.post("/{token}/{decision}")
    def decided(
        request: Request,
        visit: Sessionless,
        token: str,
        decision: Decision,
        shown: Word = "",
        form_token: Annotated[str, Form(alias=FIELD, max_length=100)] = "",
    ) -> Response:
        """Decide, and lead to the page, which tells what was decided. When something has changed, nothing is done."""

        def answer() -> Response:
            try:
                done = decide.decide(token, decision, shown, form_token, visit.caller)
            except ForgedForm as error:
                raise Forged from error
            except Refused as error:
                seen = decide.look(token, visit.caller)
                return _page(site, visit, seen, 409, _form(decide, token, seen), error.reason)
            request.app.state.changes(done.user_id)
            return site.to(f"/decide/{token}")

        return _unless_guessing(site, request, visit, answer)

    @routes.get("/{token}/pictures/{which}")
    def picture(request: Request, visit: Sessionless, token: str, which: Literal["old", "new"]) -> Response:
        """Send a picture that the page shows, as long as it shows it."""

        def sent() -> Response:
            data, kind = _picture(decide, waiting, show_picture, token, which, visit.caller)
            return Response(data, media_type=kind)

        return _unless_guessing(site, request, visit, sent)

    return routes


def _form(decide: DecideByLink, token: str, seen: Seen) -> dict[str, str]:
    fence = seen.shown.fence if seen.shown is not None else ""
    return {"path": f"/decide/{token}", "fence": fence, "form_token": decide.form_token(seen)}


def _page(
    site: Site, visit: Visit, seen: Seen, status: int, form: Mapping[str, str], problem: Reason | None = None
) -> Response:
    return site.page(visit, "replacements/decide.html", status, seen=seen, problem=problem, **form)


def _unless_guessing(site: Site, request: Request, visit: Visit, answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except TooMany as error:
        seconds = int(error.seconds) + 1
        refused.note(request, 429, type(error).__name__)
        later = site.page(visit, "replacements/decide_later.html", 429, seconds=seconds)
        later.headers["Retry-After"] = str(seconds)
        return later


def _picture(
    decide: DecideByLink, waiting: SqlWaiting, show_picture: ShowPicture, token: str, which: str, caller: Caller
) -> tuple[bytes, str]:
    seen = decide.look(token, caller)
    if seen.shown is None:
        raise NotFound("the link shows no picture any more")
    if which == "old":
        return show_picture(seen.link.user_id, seen.link.listing_id, 0)
    jpeg = waiting.picture(seen.link.user_id, seen.link.listing_id, seen.link.revival_id)
    if jpeg is None:
        raise NotFound("the replacement has no picture")
    return jpeg, "image/jpeg"
