"""Build the pages of marketplaces, on their queries and the proxies."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_web.marketplaces.marketplaces import MarketDesk
from mercarich_web.marketplaces.pages import routes
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.marketplaces.sql import SqlItems
from mercarich_web.settings import PagesSettings
from mercarich_web.site.rendering import Site
from mercarich_web.system_settings.sql import SqlSettings
from mercarich_web.troubles.sql import SqlMeasures
from mercarich_web.troubles.telling import TellTroubles


def pages(engine: Engine, own: PagesSettings, site: Site, now: Clock) -> Sequence[APIRouter]:
    urls = {name.value: url for name, url in own.proxy_urls.items()}
    return [
        routes(
            site,
            MarketDesk(
                SqlSettings(engine), SqlItems(engine), HttpProxies(urls), TellTroubles(SqlMeasures(engine), now), now
            ),
        )
    ]
