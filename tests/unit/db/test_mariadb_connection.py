"""Connections to MariaDB share one TLS context, which verifies what the driver's own would."""

import ssl
from pathlib import Path

import certifi
from pymysql.connections import Connection

from mercarich_db.mariadb_connection import MariaDbConnection


def test_without_options_nothing_is_verified_and_no_authority_is_read() -> None:
    drivers = Connection(defer_connect=True).ctx
    first, second = (MariaDbConnection(defer_connect=True).ctx for _ in range(2))

    assert (first.verify_mode, first.check_hostname) == (drivers.verify_mode, drivers.check_hostname)
    assert first.minimum_version == drivers.minimum_version
    assert first is second
    assert not first.get_ca_certs()


def test_an_authority_that_is_named_is_verified_against() -> None:
    context = MariaDbConnection(defer_connect=True, ssl={"ca": str(Path(certifi.where()))}).ctx

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.get_ca_certs()
