"""Build the use cases of the notices' pages, on their queries."""

from collections.abc import Collection, Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.notices import browser_pages
from mercarich_web.notices import pages as notices
from mercarich_web.notices.browsers.own_key import signer_of
from mercarich_web.notices.browsers.secrets import BrowserSecrets
from mercarich_web.notices.chats.secrets import ChatSecrets
from mercarich_web.notices.choosing import ChooseWays, ReadNotices
from mercarich_web.notices.choosing_browsers import ChooseBrowsers
from mercarich_web.notices.choosing_chats import ChooseChats
from mercarich_web.notices.choosing_links import ChooseLinks
from mercarich_web.notices.notices import IMPORTANT, Kind
from mercarich_web.notices.sql.browsers import SqlBrowsers
from mercarich_web.notices.sql.chats import SqlChats
from mercarich_web.notices.sql.kinds import words_of
from mercarich_web.notices.sql.links_chosen import SqlLinksChosen
from mercarich_web.notices.sql.notices import SqlNotices
from mercarich_web.notices.sql.ways import SqlWays
from mercarich_web.settings import PagesSettings
from mercarich_web.site.rendering import Site


def notice_pages(
    engine: Engine, site: Site, key: ServerKey, audit: SqlAudit, own: PagesSettings, now: Clock
) -> Sequence[APIRouter]:
    ways = ChooseWays(SqlWays(engine), key, audit, now, only_https=not own.webhooks_anywhere)
    chats = ChooseChats(SqlChats(engine), SqlWays(engine), ChatSecrets(key), audit, now)
    signer = signer_of(own.push_key.get_secret_value(), engine.url.password)
    browsers = ChooseBrowsers(
        SqlBrowsers(engine),
        ways,
        BrowserSecrets(key),
        audit,
        now,
        public_key=signer.public_key if signer is not None else None,
        only_https=not own.webhooks_anywhere,
    )
    reading = ReadNotices(SqlNotices(engine), now)
    links = ChooseLinks(SqlLinksChosen(engine), audit, now)
    return [notices.routes(site, reading, ways, chats, browsers, links), browser_pages.routes(site, browsers)]


class FirstKinds:
    """The kinds of notices that are mailed to somebody who joins, for the page on which they join."""

    important: Sequence[str] = IMPORTANT

    def stored(self, codes: Collection[str]) -> str:
        """Return these kinds as `notice_ways` has them; what is no kind is left out."""
        return words_of([kind for kind in Kind if kind in codes])
