"""A seller's notices, which kinds go out by mail, webhook, chat and browser, and the mail address of anybody who signs
in."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from mercarich_web.api.ids import Id
from mercarich_web.notices.chats.vendor import place_shown
from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.choosing import ChooseWays, ReadNotices
from mercarich_web.notices.choosing_browsers import ChooseBrowsers
from mercarich_web.notices.choosing_chats import ChooseChats
from mercarich_web.notices.choosing_links import ChooseLinks
from mercarich_web.notices.notices import ON_BY_DEFAULT, Kind, Way
from mercarich_web.refusals import Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshSeller, FreshSigned, Signed, Visit

Kinds = Annotated[list[Kind] | None, Form()]


def routes(
    site: Site,
    reading: ReadNotices,
    ways: ChooseWays,
    chats: ChooseChats,
    browsers: ChooseBrowsers,
    links: ChooseLinks,
) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_reading(site, reading))
    routes.include_router(_choosing(site, ways, chats, browsers))
    routes.include_router(_proving(site, ways))
    routes.include_router(_linking(site, links))
    return routes


def _reading(site: Site, reading: ReadNotices) -> APIRouter:
    routes = APIRouter(prefix="/notices")

    @routes.get("")
    def table(visit: Signed) -> Response:
        return site.page(visit, "notices/notices.html", notices=reading.of(visit.account.user_id))

    @routes.post("/read")
    def read_all(visit: Signed) -> Response:
        reading.mark_all(visit.account.user_id)
        return site.to("/notices")

    @routes.post("/{notice_id}/read")
    def read(visit: Signed, notice_id: Id) -> Response:
        reading.mark(visit.account.user_id, notice_id)
        return site.to("/notices")

    return routes


def _choosing(site: Site, ways: ChooseWays, chats: ChooseChats, browsers: ChooseBrowsers) -> APIRouter:
    routes = APIRouter(prefix="/account/notices")

    def page(visit: Visit, status: int = 200, **told: object) -> Response:
        user_id = visit.account.user_id
        known = ways.ways(user_id)
        shown = {"mail": known.mail_address or "", "webhook": known.webhook_url or "", "problem": None, "wrong": None}
        sent = {"lines": ways.lines(user_id), "last": ways.last(user_id)}
        own = {"ways": known, "secret": ways.signing_secret(user_id), "vendors": VENDORS, "defaults": ON_BY_DEFAULT}
        of_browsers = {
            "browsers": browsers.of(user_id, visit.caller),
            "last_shown": browsers.last(user_id),
            "push_key": browsers.public_key,
        }
        return site.page(visit, "notices/notice_ways.html", status, **own, **sent, **of_browsers, **(shown | told))

    @routes.get("")
    def form(visit: FreshSigned) -> Response:
        return page(visit)

    @routes.post("")
    def choose(
        visit: FreshSigned,
        mail: Annotated[str, Form(max_length=300)] = "",
        webhook: Annotated[str, Form(max_length=1_100)] = "",
        by_mail: Kinds = None,
        by_webhook: Kinds = None,
    ) -> Response:
        assert visit.session is not None
        try:
            ways.choose(visit.session, mail, webhook, (by_mail or (), by_webhook or ()), visit.actor)
        except Refused as error:
            return page(visit, 422, mail=mail, webhook=webhook, problem=error.reason)
        return site.to("/account/notices", "ways_chosen")

    @routes.post("/chats/{way}")
    def choose_chat(
        visit: FreshSigned,
        way: Way,
        place: Annotated[str, Form(max_length=300)] = "",
        secret: Annotated[str, Form(max_length=1_000)] = "",
        kinds: Kinds = None,
    ) -> Response:
        assert visit.session is not None
        try:
            chats.choose(visit.session, way, (place, secret), kinds or (), visit.actor)
        except Refused as error:
            return page(visit, 422, wrong=(way, place_shown(VENDORS[way], place), error.reason))
        return site.to("/account/notices", "ways_chosen")

    @routes.post("/chats/{way}/remove")
    def remove_chat(visit: FreshSigned, way: Way) -> Response:
        assert visit.session is not None
        chats.remove(visit.session, way, visit.actor)
        return site.to("/account/notices", "ways_chosen")

    @routes.post("/trial")
    def trial(visit: FreshSigned, way: Annotated[Way, Form()]) -> Response:
        try:
            ways.trial(visit.account.user_id, way)
        except Refused as error:
            return page(visit, 422, problem=error.reason)
        return site.to("/account/notices", "trial_sent")

    return routes


def _linking(site: Site, links: ChooseLinks) -> APIRouter:
    routes = APIRouter(prefix="/account/notices")

    @routes.post("/links")
    def choose(visit: FreshSeller, on: Annotated[bool, Form()] = False) -> Response:
        assert visit.session is not None
        links.choose(visit.session, on=on, by=visit.actor)
        return site.to("/account/notices", "ways_chosen")

    return routes


def _proving(site: Site, ways: ChooseWays) -> APIRouter:
    routes = APIRouter(prefix="/account/notices/prove")

    @routes.get("/{token}")
    def form(visit: Signed, token: str) -> Response:
        """Show a form. Opening the link confirms nothing, because mail programs open links, too."""
        return site.page(
            visit, "notices/prove_mail.html", token=token[:64], address=ways.ways(visit.account.user_id).mail_address
        )

    @routes.post("/{token}")
    def prove(visit: Signed, token: str) -> Response:
        assert visit.session is not None
        return site.to("/account/notices", "mail_proven", ways.prove(visit.session, token, visit.actor))

    return routes
