"""A cheap-to-open connection to MariaDB. As the driver's own, it is encrypted if the server offers TLS."""

import ssl
from functools import cache
from typing import Any

from pymysql.connections import Connection

from mercarich_platform.settings import BadConfiguration


class MariaDbConnection(Connection):  # type: ignore[misc]  # the driver has no types
    """Does not load the system's list of certificate authorities, unless TLS options are given.

    Without TLS options the driver verifies no certificate, but still reads that list: 30 ms of CPU per connection, more
    than all the rest of opening one. TLS options in the URL (`ssl_ca=…`) are passed on to the driver.
    """

    def _create_ssl_ctx(self, options: Any) -> ssl.SSLContext:
        if not options:
            return _unverified()
        try:
            context: ssl.SSLContext = super()._create_ssl_ctx(options)
        except OSError as error:  # no such file, or one without certificates
            raise BadConfiguration(
                f"MERCARICH_DATABASE_URL: the file of ssl_ca, ssl_cert or ssl_key cannot be used: {error}"
            ) from error
        return context


@cache
def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
