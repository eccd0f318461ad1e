"""Many rows in one statement: existing rows are updated, and walks by keyset seek their place in an index."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, and_, event, func, insert, or_, select, text, update

from mercarich_db import schema
from mercarich_db.bulk import LockedRows, insert_or_add, time_of
from mercarich_db.conditions import GIVEN_IDS, among, among_keys, walking
from mercarich_db.engine import create, reading, run_tx
from mercarich_db.tables import run_sellers, source_items

PENDING = (source_items.c.check_run, source_items.c.check_rank)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = create(database_url)
    schema.upgrade(engine)
    yield engine
    engine.dispose()


def tally(user_id: int, checked: int, fallen: int, planned: int = 0) -> dict[str, int]:
    return {"run_id": 1, "user_id": user_id, "planned": planned, "checked": checked, "fallen": fallen}


def add(engine: Engine, *rows: dict[str, int]) -> None:
    run_tx(engine, partial(insert_or_add, table=run_sellers, rows=rows, adding=("checked", "fallen")))


def test_rows_that_are_there_grow_by_the_named_columns_and_the_others_come_in(engine: Engine) -> None:
    add(engine, tally(1, 5, 1, planned=9), tally(2, 3, 0))
    add(engine, tally(2, 4, 2, planned=9), tally(3, 1, 1))
    add(engine)

    with reading(engine) as connection:
        rows = connection.execute(select(run_sellers)).all()
    counted = {row.user_id: {"planned": row.planned, "checked": row.checked, "fallen": row.fallen} for row in rows}
    assert counted == {
        1: {"planned": 9, "checked": 5, "fallen": 1},
        2: {"planned": 0, "checked": 7, "fallen": 2},
        3: {"planned": 0, "checked": 1, "fallen": 1},
    }
    assert len(rows) == len(counted)


def test_all_rows_go_to_the_server_as_one_statement(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    rows = [tally(number, 1, 0) for number in range(500)]

    def inserts(connection: Connection) -> int:
        return int(connection.execute(text("SHOW SESSION STATUS LIKE 'Com_insert'")).one()[1])

    def scene(connection: Connection) -> int:
        before = inserts(connection)
        insert_or_add(connection, run_sellers, rows, adding=("checked", "fallen"))
        return inserts(connection) - before

    assert run_tx(engine, scene) == 1


def fill(connection: Connection, count: int) -> None:
    fixed = {"marketplace": "yahoo", "state": "available", "check_run": 7, "check_attempts": 0, "check_unknowns": 0}
    rows = [{**fixed, "item_id": f"x{number}", "check_rank": number // 20} for number in range(count)]
    connection.execute(insert(source_items), rows)


def test_rows_of_several_keys_are_found_by_the_keys_index(engine: Engine) -> None:
    run_tx(engine, lambda connection: fill(connection, 200))
    columns = source_items.c
    keys = [("yahoo", "x7"), ("yahoo", "x150"), ("mercari", "x8"), ("yahoo", "nowhere")]

    def wanted(keys: list[tuple[str, str]]) -> Any:
        return select(columns.item_id).where(among_keys((columns.marketplace, columns.item_id), keys))

    with reading(engine) as connection:
        assert set(connection.execute(wanted(keys)).scalars()) == {"x7", "x150"}
        assert connection.execute(wanted([])).all() == []
        if engine.dialect.name == "sqlite":
            text_of = str(wanted(keys).compile(engine, compile_kwargs={"literal_binds": True}))
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text_of}").all())
            assert "(marketplace=? AND item_id=?)" in plan
            assert "SCAN" not in plan


def page_from(rank: int, last: int) -> Any:
    columns = source_items.c
    further = and_(columns.check_rank >= rank, or_(columns.check_rank > rank, columns.id > last))
    page = select(columns.item_id).where(columns.check_run == 7, further).order_by(columns.check_rank, columns.id)
    return walking(page.limit(10), *PENDING)


def test_a_page_in_the_middle_of_a_walk_is_sought_not_counted_up_to(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("MariaDB's optimizer is asked")
    run_tx(engine, lambda connection: fill(connection, 20_000))
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with reading(engine) as connection:
        connection.execute(text("ANALYZE TABLE source_items")).close()
        found = connection.execute(page_from(500, 0)).scalars().all()
        statement, values = asked[-1]
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values).mappings().one()

    assert found == [f"x{number}" for number in range(10_000, 10_010)]
    assert (plan["type"], plan["key"]) == ("range", "ix_source_items_pending")


def test_locked_rows_come_with_their_values_and_nobody_else_gets_them(engine: Engine) -> None:
    run_tx(engine, lambda connection: fill(connection, 3))
    columns = source_items.c
    then = datetime(2026, 11, 25, 1, 2, 3, 4, tzinfo=UTC)
    run_tx(engine, lambda connection: connection.execute(update(source_items).values(suspected_at=then)))
    with engine.connect().execution_options(mercarich_writes=True) as mine, mine.begin():
        wanted = [columns.id, columns.item_id, columns.price_jpy, columns.suspected_at]
        rows = sorted(LockedRows(wanted, among(columns.id, GIVEN_IDS)).read(mine, ids=[3, 1]))
        assert [row[:3] for row in rows] == [[1, "x0", None], [3, "x2", None]]
        assert {time_of(row[3]) for row in rows} == {then}
        if engine.dialect.name != "sqlite":
            with engine.connect() as other:
                free = select(columns.id).order_by(columns.id).with_for_update(skip_locked=True)
                assert other.execute(free).scalars().all() == [2]


def test_rows_are_found_by_their_ids_and_not_by_what_else_they_must_meet(engine: Engine) -> None:
    run_tx(engine, lambda connection: fill(connection, 300))
    columns = source_items.c
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    of_run_7, of_run_8 = (
        LockedRows([columns.id], among(columns.id, range(100, 160), columns.check_run == run)) for run in (7, 8)
    )
    with reading(engine) as connection:
        assert of_run_8.read(connection) == []
        assert len(of_run_7.read(connection)) == 60
        if engine.dialect.name == "sqlite":
            statement, values = asked[-1]
            step = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).mappings().one()
            assert step["detail"] == "SEARCH source_items USING INTEGER PRIMARY KEY (rowid=?)"


def test_a_walk_takes_every_row_once(engine: Engine) -> None:
    run_tx(engine, lambda connection: fill(connection, 95))
    columns = source_items.c
    seen: list[str] = []
    rank, last = -1, 0
    with reading(engine) as connection:
        while page := connection.execute(page_from(rank, last)).scalars().all():
            seen += page
            place = select(columns.check_rank, columns.id).where(columns.item_id == page[-1])
            rank, last = connection.execute(place).one()
        total = connection.execute(select(func.count()).select_from(source_items)).scalar_one()

    assert total == 95
    assert seen == [f"x{number}" for number in range(95)]
