"""Imported by the fork server alone, before it forks: libraries that the system's processes have in common.

A page of memory is there once as long as nobody writes to it; hence nothing here that has metrics, which every process
would then show, and the collector is to leave what is here alone.
"""

import gc
import os
import signal
import sys
from importlib import import_module

from setproctitle import setproctitle

from mercarich_local.fork_server import TO_END

for number in TO_END:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_UNBLOCK, TO_END)
os.setpgid(0, 0)  # the terminal's Ctrl-C is not for it, nor for one that has no group of its own yet
sys.path[:] = filter(None, sys.path)  # what is imported is installed, whatever the current folder is

TITLE = "mercarich-local fork-server"
SHARED = (
    "aiohttp",
    "argon2",
    "babel.dates",
    "concurrent.futures.thread",
    "cronsim",
    "cryptography.fernet",
    "fastapi",
    "httpx",
    "jinja2",
    "mercarich_contracts.messages",
    "mercarich_db.settings_store",
    "mercarich_db.tables",
    "mercarich_marketplace.client",
    "mercarich_platform.front",
    "mercarich_platform.http_server",
    "mercarich_platform.kafka",
    "mercarich_platform.settings",
    "prometheus_client",
    "pymysql",
    "sqlalchemy.dialects.mysql.pymysql",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlite3",
)

setproctitle(TITLE)
for name in SHARED:
    import_module(name)
gc.collect()
gc.freeze()
