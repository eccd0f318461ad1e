"""The processes: the pages (`mercarich-web serve`), sellers' jobs (`… worker --jobs search|import`), `… notices`."""

import argparse
import os
import socket
import sys
import threading
from collections.abc import Sequence

from mercarich_platform import front
from mercarich_platform.exit_codes import DONE
from mercarich_platform.front import TryAgain
from mercarich_platform.settings import SharedSettings, load
from mercarich_web.jobs.jobs import Kind
from mercarich_web.settings import NoticesSettings, PagesSettings, WebSettings

PORT = 8080
GRACE_SECONDS = 20
MOST_AT_ONCE = 400
"""Connections: requests in work, open streams, and browsers that may ask again."""
MOST_OF_A_NETWORK = 100
"""Connections of one network of clients (/24, /48), so that nobody alone takes them all; an office's browsers fit."""
SWITCH_SECONDS = 0.0005
"""Python's thread switch interval. A page asks the database a dozen times, and after each response its thread waits
until another thread gives up the interpreter lock."""


def main() -> None:
    sys.exit(front.run(process, sys.argv[1:]))


def process(argv: Sequence[str]) -> int:
    """Run one of web's processes until a signal ends it. Return its exit code."""
    parser = argparse.ArgumentParser(prog="mercarich-web", description=process.__doc__)
    processes = parser.add_subparsers(dest="process", required=True, metavar="PROCESS")
    serve = processes.add_parser("serve", help="answer the pages of sellers and operators")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    serve.add_argument("--port", type=int, default=PORT, help="port; 0 picks one (default %(default)s)")
    worker = processes.add_parser("worker", help="work on sellers' jobs")
    worker.add_argument("--jobs", type=Kind, choices=list(Kind), required=True)
    processes.add_parser("notices", help="keep sellers' notices, and send them by mail, chat, webhook and browser")
    arguments = parser.parse_args(argv)
    if arguments.process == "serve":
        return _serve(arguments.host, arguments.port)
    return _tell() if arguments.process == "notices" else _work(arguments.jobs)


def _serve(host: str, port: int) -> int:
    from mercarich_db import worker_process  # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_platform.build_info import tell_build
    from mercarich_platform.health import HealthServer
    from mercarich_platform.http_server import configuration, serve
    from mercarich_platform.shutdown import Watchdog
    from mercarich_web.bootstrap import build_pages

    shared, own = load(SharedSettings), load(PagesSettings)
    try:
        listener = socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise TryAgain(f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}") from error

    sys.setswitchinterval(SWITCH_SECONDS)

    def pages(stop: threading.Event) -> int:
        tell_build("pages")
        app = build_pages(shared, own, mails=bool(load(NoticesSettings).smtp_host))
        app.state.open_key()
        app.state.measuring.start()
        # Probes and Prometheus need none of the connections and threads that visitors use.
        health, watchdog = None, Watchdog()
        if shared.metrics_port not in (0, port):
            probe = watchdog.wrong
            health = HealthServer(shared.metrics_host, shared.metrics_port, healthy=probe, ready=probe)
            health.start()
        config = configuration(
            app,
            grace_seconds=GRACE_SECONDS,
            most_at_once=MOST_AT_ONCE,
            most_of_a_network=MOST_OF_A_NETWORK,
            keep_alive_seconds=30,
            trusted_proxies=own.trusted_proxies,
        )
        serve(config, listener, watchdog)
        if health is not None:
            health.stop()
        return DONE

    return worker_process.run("web", shared, lambda _stop: pages)


def _work(kind: Kind) -> int:
    from mercarich_db import worker_process  # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.jobs.worker import build_worker

    shared, own = load(SharedSettings), load(WebSettings)
    return worker_process.run(
        f"jobs-{kind}", shared, lambda stop: build_worker(kind, shared, own, stop).run, slots=own.job_slots
    )


def _tell() -> int:
    from mercarich_db import worker_process  # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.notices.worker import build_notices

    shared, pages, own = load(SharedSettings), load(PagesSettings), load(NoticesSettings)
    return worker_process.run("notices", shared, lambda _stop: build_notices(shared, pages, own).run)


if __name__ == "__main__":
    main()
