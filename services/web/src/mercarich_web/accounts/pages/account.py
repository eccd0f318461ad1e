"""The pages of one's own account: password, language, sessions."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from mercarich_web.identity.people import LONGEST, WeakPassword
from mercarich_web.identity.sign_in import Door, TooMany, Wrong
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.sessions import SqlSessions
from mercarich_web.refusals import NotFound
from mercarich_web.site.languages import LANGUAGES
from mercarich_web.site.rendering import Site
from mercarich_web.site.shares import HashesPassword
from mercarich_web.site.visits import LANGUAGE, FreshSigned, Signed, Visit, let_in

Secret = Annotated[str, Form(max_length=4 * LONGEST)]


def routes(site: Site, door: Door, people: SqlPeople, sessions: SqlSessions) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_own(site, door, people, sessions))
    routes.include_router(_ending(site, door))
    return routes


def _own(site: Site, door: Door, people: SqlPeople, sessions: SqlSessions) -> APIRouter:
    routes = APIRouter(prefix="/account")

    def page(visit: Visit, status: int = 200, problem: str | None = None) -> Response:
        mine = [one for one in sessions.of(visit.account.user_id) if not one.is_over(visit.now)]
        return site.page(visit, "accounts/account.html", status, sessions=mine, problem=problem)

    @routes.get("")
    def account(visit: Signed) -> Response:
        return page(visit)

    @routes.post("/password")
    def change_password(
        request: Request,
        visit: Signed,
        _: HashesPassword,
        old: Secret = "",
        new: Secret = "",
        programs: Annotated[bool, Form()] = False,
    ) -> Response:
        assert visit.session is not None
        try:
            entered = door.change_password(visit.session, old, new, visit.caller, programs=programs)
        except WeakPassword as error:
            return page(visit, 422, error.rule.value)
        except Wrong:
            return page(visit, 422, "wrong")
        except TooMany:
            return page(visit, 429, "too_many")
        told = "password_and_programs_changed" if programs else "password_changed"
        return let_in(request, site.to("/account", told), entered)

    @routes.post("/language")
    def change_language(visit: Signed, language: Annotated[str, Form(max_length=8)] = "") -> Response:
        people.set_language(visit.account.user_id, language if language in LANGUAGES else None)
        answer = site.to("/account", "language_changed")
        # A language chosen in this browser's cookie would take precedence over the account's language.
        site.forget(answer, LANGUAGE)
        return answer

    return routes


def _ending(site: Site, door: Door) -> APIRouter:
    routes = APIRouter(prefix="/account/sessions")

    @routes.post("/{name}/end")
    def end_one(visit: FreshSigned, name: str) -> Response:
        assert visit.session is not None
        if not door.end_one(visit.session, name, visit.caller):
            raise NotFound("there is no such session")
        return site.to("/account", "session_ended")

    @routes.post("/end-others")
    def end_all_others(request: Request, visit: FreshSigned) -> Response:
        assert visit.session is not None
        entered = door.end_others(visit.session, visit.caller)
        return let_in(request, site.to("/account", "sessions_ended"), entered)

    return routes
