"""Column types: times keep their instant and refuse to be ambiguous."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, sqlite

from mercarich_db.types import UtcDateTime, exact

DIALECT = sqlite.dialect()


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a time without zone was to be stored: 2026-11-25 12:00:00"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 25, 12), DIALECT)  # noqa: DTZ001


@given(at=st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_a_time_of_any_zone_comes_back_as_the_same_instant_in_utc(at: datetime) -> None:
    stored = UtcDateTime().process_bind_param(at, DIALECT)
    assert stored is not None
    assert stored.tzinfo is None

    read = UtcDateTime().process_result_value(stored, DIALECT)

    assert read == at.astimezone(UTC)
    assert read is not None
    assert read.tzinfo is UTC


def test_tokyo_noon_is_stored_as_three_in_the_morning() -> None:
    tokyo = timezone(timedelta(hours=9))

    stored = UtcDateTime().process_bind_param(datetime(2026, 11, 25, 12, tzinfo=tokyo), DIALECT)

    assert str(stored) == "2026-11-25 03:00:00"


def test_no_time_stays_no_time() -> None:
    assert UtcDateTime().process_bind_param(None, DIALECT) is None
    assert UtcDateTime().process_result_value(None, DIALECT) is None


def test_ids_and_skus_are_compared_byte_by_byte_on_mariadb() -> None:
    assert "utf8mb4_bin" in exact(64).compile(mysql.dialect())
    assert exact(64).compile(DIALECT) == "VARCHAR(64)"
