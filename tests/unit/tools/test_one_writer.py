"""The tool that keeps one writer of listings: writes fail, and reads pass."""

import pytest
from tools.one_writer import EXEMPT, findings, findings_in, needless

NAMES = "from mercarich_db.tables import listing_events, listings\n"
MODULE = "from mercarich_db import tables\n"


@pytest.mark.parametrize(
    "code",
    [
        NAMES + "update(listings).values(quantity=0)",
        NAMES + "sqlalchemy.insert(listing_events)",
        NAMES + "delete(listings)",
        NAMES + "listings.update().values(quantity=0)",
        NAMES + "listing_events.insert()",
        NAMES + "update_rows(connection, listings, rows)",
        NAMES + "insert_missing(connection, table=listings, rows=rows)",
        NAMES + "offers = listings\ndelete(offers)",
        NAMES + "offers = again = listings\nupdate(again)",
        NAMES + "def write(offers=listings): ...",
        NAMES + "PendingColumns.of(operation, listings, done_run='updated_run')",
        NAMES + "Kept(listing_events, 'KEEP_HISTORY_DAYS')",
        NAMES + "TABLES = (jobs, listings)",
        NAMES + "for table in [jobs, listing_events]:\n    delete(table)",
        NAMES + "TABLES = {'offers': listings}",
        NAMES + "self.table = listings",
        NAMES + "def table():\n    return listings",
        NAMES + "table = lambda: listings",
        NAMES + "delete(listings.c.id.table)",
        NAMES + "text(f'UPDATE {listings.name} SET quantity = 0')",
        NAMES + "partial(update, listings)",
        NAMES + "cast(Any, listings).delete()",
        "from mercarich_db.tables import listings as offers\nupdate(offers)",
        "from mercarich_db.tables.offers import listings\nupdate(listings)",
        "from mercarich_db.tables import *\nupdate(listings)",
        MODULE + "update(tables.listings)",
        MODULE + "tables.listing_events.insert()",
        MODULE + "insert(getattr(tables, 'listings'))",
        MODULE + "write(tables)",
        "from mercarich_db.tables import offers\nupdate(offers.listings)",
        "import mercarich_db.tables as known\nupdate(known.listings)",
        "import mercarich_db.tables\nupdate(mercarich_db.tables.listings)",
        "update(metadata.tables['listings'])",
        "text('UPDATE listings SET quantity = 0')",
        "text('insert into listing_events (id) values (1)')",
        "text('INSERT OR IGNORE INTO `listings` VALUES (1)')",
        "statement = f'DELETE FROM listings WHERE id = {number}'",
        "statement = '''\n  UPDATE\n    listings SET quantity = 0'''",
    ],
)
def test_what_writes_or_could_write_is_found(code: str) -> None:
    assert findings_in("somewhere", code) != []


@pytest.mark.parametrize(
    "code",
    [
        NAMES + "select(listings).where(listings.c.id == 1)",
        NAMES + "select(func.count()).select_from(listings.join(users, listings.c.user_id == users.c.id))",
        NAMES + "query.outerjoin(listings, listings.c.id == revivals.c.listing_id).with_for_update(of=listings)",
        NAMES + "exists().where(listing_events.c.listing_id == listings.c.id)",
        NAMES + "event = listing_events.c\nnewer = listing_events.alias('newer')",
        NAMES + "update(source_items).where(source_items.c.id.in_(select(listings.c.source_item_id)))",
        NAMES + "update_rows(connection, source_items, rows)",
        NAMES + "if kept.table is listing_events: ...",
        MODULE + "select(tables.listings.c.id)",
        "def update(listings): ...\nupdate(listings)",
        "'''Adapters UPDATE listings no more.'''",
        "text('UPDATE source_items SET state = 1')",
        "text('SELECT id FROM listings')",
        "text('DELETE FROM listing_removals')",
    ],
)
def test_what_only_reads_passes(code: str) -> None:
    assert findings_in("somewhere", code) == []


def test_a_finding_tells_where_and_what() -> None:
    [found] = findings_in("mercarich_web.listings.sql.x", NAMES + "update(listings)")
    assert str(found) == "mercarich_web.listings.sql.x:2: writes listings: update()"


def test_the_product_has_one_writer() -> None:
    assert [str(found) for found in findings() if found.module not in EXEMPT] == []
    assert needless() == []
