"""The soak's quick queries: run once for each state of the database, and never with an older result."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert
from tests.soak.database import Database

from mercarich_db.engine import run_tx
from mercarich_db.tables import settings


def test_what_was_written_since_the_last_question_is_found(tmp_path: Path) -> None:
    database = Database(tmp_path)
    query = "SELECT 1 FROM settings WHERE key = 'OF_THIS_TEST'"
    assert [database.has(query), database.has(query)] == [False, False]
    row = {"key": "OF_THIS_TEST", "value": "1", "updated_at": datetime.now(UTC), "updated_by": "somebody"}
    run_tx(database.engine, lambda connection: connection.execute(insert(settings).values(**row)))
    assert [database.has(query), database.has(query)] == [True, True]
