"""The forms of browsers that show notices, and what those browsers load: the script that shows them, and the manifest
without which an iPhone shows none."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Form, Response

from mercarich_web.api.ids import Id
from mercarich_web.notices.choosing_browsers import ChooseBrowsers, Entry
from mercarich_web.notices.notices import Kind
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import BROWSER, FreshSigned

A_YEAR = 31_536_000
"""Seconds."""
MANIFEST = {"name": "Mercarich", "short_name": "Mercarich", "start_url": "/", "scope": "/", "display": "standalone"}
Kinds = Annotated[list[Kind] | None, Form()]
Text = Annotated[str, Form(max_length=1_200)]


def routes(site: Site, browsers: ChooseBrowsers) -> APIRouter:
    routes = APIRouter()
    routes.include_router(_choosing(site, browsers))
    routes.include_router(_loaded(site))
    return routes


def _choosing(site: Site, browsers: ChooseBrowsers) -> APIRouter:
    routes = APIRouter(prefix="/account/notices/browsers")

    @routes.post("")
    def add(visit: FreshSigned, endpoint: Text = "", p256dh: Text = "", auth: Text = "") -> Response:
        assert visit.session is not None
        token = browsers.add(visit.session, Entry(endpoint, p256dh, auth), visit.caller)
        answer = site.to("/account/notices", "browser_added")
        site.keep(answer, BROWSER, token, seconds=A_YEAR)
        return answer

    @routes.post("/{browser_id}/kinds")
    def set_kinds(visit: FreshSigned, browser_id: Id, kinds: Kinds = None) -> Response:
        assert visit.session is not None
        browsers.set_kinds(visit.session, browser_id, kinds or ())
        return site.to("/account/notices", "ways_chosen")

    @routes.post("/{browser_id}/remove")
    def remove(visit: FreshSigned, browser_id: Id) -> Response:
        assert visit.session is not None
        browsers.remove(visit.session, browser_id, visit.caller)
        return site.to("/account/notices", "ways_chosen")

    @routes.post("/{browser_id}/trial")
    def trial(visit: FreshSigned, browser_id: Id) -> Response:
        browsers.trial(visit.account.user_id, browser_id)
        return site.to("/account/notices", "trial_sent")

    return routes


def _loaded(site: Site) -> APIRouter:
    routes = APIRouter()
    fresh = {"Cache-Control": "no-cache"}

    @routes.get("/push-worker.js")
    def worker() -> Response:
        """At the root, because a service worker is in charge of what is below its address."""
        return Response(site.assets.text("push-worker.js"), headers=fresh, media_type="text/javascript")

    @routes.get("/manifest.webmanifest")
    def manifest() -> Response:
        icon = {"src": site.assets.url("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
        text = orjson.dumps({**MANIFEST, "icons": [icon]})
        return Response(text, headers=fresh, media_type="application/manifest+json")

    return routes
