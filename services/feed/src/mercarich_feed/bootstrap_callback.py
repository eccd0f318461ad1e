"""The composition root of the process that takes sellers back from Amazon's consent page."""

from fastapi import FastAPI

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_db import engine as engines
from mercarich_feed.adapters.accounts_sql import open_links
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Codes
from mercarich_feed.api import callback_app
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.linking import LinkAccount
from mercarich_platform.clock import utc_now
from mercarich_platform.settings import BadConfiguration, SharedSettings


def build_callback(shared: SharedSettings, own: FeedSettings) -> tuple[FastAPI, Http]:
    """Raises `BadConfiguration` for a missing address or a wrong key, and `DatabaseAway`."""
    if not own.pages_url:
        raise BadConfiguration("FEED_PAGES_URL: sellers who come back from Amazon need the pages' address")
    links = open_links(engines.create(shared.database), own)
    http = Http(own.call_seconds)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    codes = Codes(http, application, own.redirect_uri or own.pages_url + CALLBACK_PATH)
    return callback_app(LinkAccount(links, codes, own.marketplace_id, utc_now), own.pages_url), http
