"""`mercarich pools`: what the operator made of the settings."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert
from tests.integration.web.conftest import Mercarich

from mercarich_db.engine import run_tx
from mercarich_db.tables import pool_status


def test_a_pool_is_shown_with_its_setting_bounds_reasons_pods_and_backlog(mercarich: Mercarich, engine: Engine) -> None:
    _pool(engine, wanted_max=30, max=24, reasons="max 30 lowered to 24: 1..24 is allowed here", backlog=1234, lag=20)

    page = mercarich.page("pools")

    row, note = page.splitlines()[1:]
    words = "checker-yahoo INVCHK_YAHOO_WORKER auto 1..30 1 24 3 -> 4 2 1,234 20"
    assert " ".join(row.split()).startswith(words)
    assert note == "checker-yahoo: max 30 lowered to 24: 1..24 is allowed here"
    found = mercarich.json("pools")["pools"][0]
    assert (found["wanted_max"], found["max"], found["ready"], found["desired"]) == (30, 24, 2, 4)


def test_a_setting_that_the_operator_has_not_seen_is_said(mercarich: Mercarich, engine: Engine) -> None:
    _pool(engine)

    mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER", "6")

    assert "checker-yahoo: a setting was changed since the pool was last seen" in mercarich.page("pools")


def test_an_operator_that_is_silent_shows(mercarich: Mercarich, engine: Engine) -> None:
    _pool(engine, seen_at=datetime.now(UTC) - timedelta(minutes=10))

    assert "10 min ago" in mercarich.page("pools")


def test_no_pools_is_said(mercarich: Mercarich) -> None:
    assert mercarich.page("pools").startswith("nobody has seen to any pool here")


def _pool(engine: Engine, **values: Any) -> None:
    row = {
        "pool": "checker-yahoo",
        "settings_key": "INVCHK_YAHOO_WORKER",
        "mode": "auto",
        "wanted_min": 1,
        "wanted_max": 5,
        "min": 1,
        "max": 5,
        "reasons": "",
        "current": 3,
        "desired": 4,
        "ready": 2,
        "backlog": 0,
        "lag": 0,
        "revision": 0,
        "seen_at": datetime.now(UTC),
    } | values
    run_tx(engine, lambda connection: connection.execute(insert(pool_status).values(**row)))
