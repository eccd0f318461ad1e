"""The driver's connection to MariaDB, cheap to open: encrypted where the server offers it, as the driver does."""

import ssl
from functools import cache
from typing import Any

from pymysql.connections import Connection


class MariaDbConnection(Connection):  # type: ignore[misc]  # the driver has no types
    """Without TLS options the driver verifies nothing, and reads the system's list of authorities all the same: some
    30 ms of CPU for each connection, more than all else of opening one. Options of the address (`ssl_ca=…`) go to it.
    """

    def _create_ssl_ctx(self, options: Any) -> ssl.SSLContext:
        context: ssl.SSLContext = super()._create_ssl_ctx(options) if options else _unverified()
        return context


@cache
def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
