"""The pages of all settings, except those of pools and marketplaces, which have pages of their own."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.site.rendering import Site
from mercarich_web.site.visits import FreshOperator, Operator, Visit
from mercarich_web.system_settings import words as setting_words
from mercarich_web.system_settings.settings import Setting
from mercarich_web.system_settings.sql import SqlSettings

CHANGES_SHOWN = 30


def routes(site: Site, book: SqlSettings, now: Clock) -> APIRouter:
    routes = APIRouter(prefix="/settings")

    @routes.get("")
    def settings(visit: Operator, q: Annotated[str, Query(max_length=64)] = "") -> Response:
        wanted = q.strip().upper().replace(" ", "_")
        found = {each.key: each for each in book.all() if wanted in each.key}
        groups = [
            (title, [found[key] for key in words if key in found]) for title, words in setting_words.GROUPS.items()
        ]
        groups = [(title, rows) for title, rows in groups if rows]
        return site.page(visit, "system_settings/settings.html", groups=groups, q=q)

    @routes.get("/{key}")
    def one(visit: Operator, key: str) -> Response:
        return _setting(visit, _known(key))

    @routes.post("/{key}")
    def change(
        visit: FreshOperator,
        key: str,
        value: Annotated[str, Form(max_length=4000)] = "",
        note: Annotated[str, Form(max_length=255)] = "",
    ) -> Response:
        setting = _known(key)
        if value.strip() == setting.value and setting.problem is None:
            return site.to(f"/settings/{key}", "nothing_changed")
        try:
            book.change(key, value.strip(), visit.actor, now(), note.strip() or None)
        except Refused as error:
            return _setting(visit, setting, 422, value, error.reason)
        return site.to(f"/settings/{key}", "setting_changed", key)

    def _known(key: str) -> Setting:
        if key not in setting_words.SETTINGS:
            raise NotFound(key)
        return book.one(key)

    def _setting(
        visit: Visit, setting: Setting, status: int = 200, given: str | None = None, problem: Reason | None = None
    ) -> Response:
        return site.page(
            visit,
            "system_settings/setting.html",
            status,
            setting=setting,
            given=setting.value if given is None else given,
            problem=problem,
            history=book.history([setting.key], CHANGES_SHOWN),
        )

    return routes
