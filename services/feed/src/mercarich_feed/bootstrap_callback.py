"""The composition root of the OAuth callback process."""

import socket
import threading

from fastapi import FastAPI

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_db import engine as engines
from mercarich_db import worker_process
from mercarich_feed.adapters.accounts_sql import open_links
from mercarich_feed.adapters.http import Http
from mercarich_feed.adapters.lwa import Application, Codes
from mercarich_feed.api import callback_app
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.linking import LinkAccount
from mercarich_platform.build_info import tell_build
from mercarich_platform.clock import utc_now
from mercarich_platform.exit_codes import DONE
from mercarich_platform.health import HealthServer
from mercarich_platform.http_server import configuration, serve
from mercarich_platform.settings import BadConfiguration, SharedSettings
from mercarich_platform.shutdown import Watchdog

GRACE_SECONDS = 20
"""Time for open requests at shutdown: each waits for Amazon."""
MOST_AT_ONCE = 100
MOST_OF_A_NETWORK = 25
"""Connections of one network of clients (/24, /48), so that nobody alone takes them all. A browser needs one."""


def build_process(shared: SharedSettings, own: FeedSettings, listener: socket.socket) -> worker_process.Work:
    """Serve on `listener` until the process is asked to end. Raises the same as `build_callback`."""
    app, http = build_callback(shared, own)
    metrics, watchdog = None, Watchdog()
    if shared.metrics_port not in (0, listener.getsockname()[1]):  # on one machine, one port serves both
        # Probes and Prometheus need none of the connections and threads that sellers use.
        probe = watchdog.wrong
        metrics = HealthServer(shared.metrics_host, shared.metrics_port, healthy=probe, ready=probe)

    def answer(_stop: threading.Event) -> int:
        tell_build("oauth")
        if metrics is not None:
            metrics.start()
        config = configuration(
            app,
            grace_seconds=GRACE_SECONDS,
            most_at_once=MOST_AT_ONCE,
            most_of_a_network=MOST_OF_A_NETWORK,
            trusted_proxies=own.trusted_proxies,
        )
        serve(config, listener, watchdog)
        http.close()
        if metrics is not None:
            metrics.stop()
        return DONE

    return answer


def build_callback(shared: SharedSettings, own: FeedSettings) -> tuple[FastAPI, Http]:
    """Build the app and its client. Raises `BadConfiguration` (missing address, wrong key) and `DatabaseAway`."""
    if not own.pages_url:
        raise BadConfiguration("FEED_PAGES_URL is not set: sellers who come back from Amazon are sent to this address")
    links = open_links(engines.create(shared.database), own)
    http = Http(own.call_seconds)
    application = Application(own.lwa_url, own.lwa_client_id, own.lwa_client_secret)
    codes = Codes(http, application, own.redirect_uri or own.pages_url + CALLBACK_PATH)
    return callback_app(LinkAccount(links, codes, own.marketplace_id, utc_now), own.pages_url), http
