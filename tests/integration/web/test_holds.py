"""`mercarich hold list` and `mercarich hold release ID`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, select, update
from tests.integration.web.conftest import Deeds, Mercarich
from tests.integration.web.rows import NOW, Rows

from mercarich_contracts.audit import Actor
from mercarich_contracts.market import RouteName, State
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.holds import CanariesDiffer
from mercarich_reasons.repricing import PriceFollows
from mercarich_web.console.json_text import json_text
from mercarich_web.console.output import PLAIN_WIDTH
from mercarich_web.runs.holds import RowsReleased
from mercarich_web.runs.releasing import ReleaseRows
from mercarich_web.runs.sql.held_prices import SqlHeldPrices
from mercarich_web.runs.sql.holds import SqlHolds
from mercarich_web.runs.sql.releases import SqlReleases
from mercarich_web.runs.terminal.holds import rows_released


def test_open_holds_are_listed_and_all_of_them_on_demand(mercarich: Mercarich, rows: Rows) -> None:
    run, seller = rows.run(1), rows.user("hanako")
    whole = rows.hold(run)
    one = rows.hold(run, user_id=seller, released_at=NOW, released_by="taro")
    done = rows.hold(run, released_at=NOW, applied_at=NOW)

    opened = mercarich.json("hold", "list")["holds"]

    assert [(hold["id"], hold["username"]) for hold in opened] == [(one, "hanako"), (whole, None)]
    assert [hold["id"] for hold in mercarich.json("hold", "list", "--all")["holds"]] == [done, one, whole]
    page = mercarich.page("hold", "list")
    assert "released by taro, to be applied" in page
    assert "waits" in page


def test_a_hold_of_a_route_names_it(mercarich: Mercarich, rows: Rows) -> None:
    differ = CanariesDiffer(2, 2, "2JHxNpDcYgWvQmRtZkB7sf", State.AVAILABLE, route=RouteName.MERCARI_SHOPS)
    rows.hold(rows.run(1), marketplace="mercari", kind="canaries", route="mercari-shops", reason=differ)

    assert [hold["route"] for hold in mercarich.json("hold", "list")["holds"]] == ["mercari-shops"]
    assert "Mercari Shops: 2 of 2 canaries" in " ".join(mercarich.page("hold", "list").split())


def test_no_holds_is_said(mercarich: Mercarich) -> None:
    assert mercarich.page("hold", "list") == "no holds\n"


def test_a_release_is_stored_with_its_name_and_the_second_one_changes_nothing(
    mercarich: Mercarich, rows: Rows, engine: Engine
) -> None:
    hold = rows.hold(rows.run(1))
    rows.listing(rows.user("hanako"), rows.source("x1", state="sold"), "S1", hold_id=hold)

    first = mercarich.page("hold", "release", str(hold), "--by", "taro")
    stored = _hold(engine)
    second = mercarich.json("hold", "release", str(hold), "--by", "jiro")

    assert first == f"hold {hold} is released: a checker changes its 1 listings within seconds\n"
    assert stored[0] is not None
    assert stored[1:] == ("taro", None)
    assert (second["changed"], second["hold"]["released_by"]) == (False, "taro")
    assert _hold(engine) == stored


def test_a_release_without_a_name_takes_the_login(mercarich: Mercarich, rows: Rows, engine: Engine) -> None:
    hold = rows.hold(rows.run(1))

    mercarich.page("hold", "release", str(hold))

    assert _hold(engine)[1]


def test_a_hold_that_was_applied_stays_as_it_is(mercarich: Mercarich, rows: Rows, engine: Engine) -> None:
    hold = rows.hold(rows.run(1), released_at=NOW, applied_at=NOW)

    page = mercarich.page("hold", "release", str(hold), "--by", "taro")

    assert page == f"hold {hold} was closed before; nothing changed\n"
    assert _hold(engine) == (NOW, None, NOW)


def test_an_unknown_hold_is_a_sentence(mercarich: Mercarich) -> None:
    done = mercarich("hold", "release", "7")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mercarich: there is no hold 7; `mercarich hold list` shows the open ones\n"


def test_a_name_that_does_not_fit_is_a_usage_error(mercarich: Mercarich) -> None:
    for name in ("", "x" * 65):
        done = mercarich("hold", "release", "7", "--by", name)
        assert done.returncode == 2
        assert "expected a name of 1 to 64 characters" in done.stderr


def _hold(engine: Engine) -> tuple[object, ...]:
    columns = tables.holds.c
    with reading(engine) as connection:
        return tuple(connection.execute(select(columns.released_at, columns.released_by, columns.applied_at)).one())


def prices(rows: Rows) -> int:
    """A hold of two prices of Hanako: the first would be 300 yen, and the second asks for no change."""
    seller = rows.user("hanako")
    for key, value in {"REPRICING": "follow", "CREATE_PROFIT_PERCENT": "20", "REVIVAL_FEE_PERCENT": "10"}.items():
        rows.add(tables.seller_settings, user_id=seller, key=key, value=value, updated_at=NOW, updated_by="x")
    hold = rows.hold(rows.run(1), user_id=seller, kind="prices")
    bounds = {"offer_price_jpy": 5000, "least_price_jpy": 100, "most_price_jpy": 9000, "hold_id": hold}
    for number, price in ((1, 210), (2, None)):
        source = rows.source(f"x{number}", price_jpy=price, postage_jpy=0)
        rows.listing(seller, source, f"S{number}", held_at=NOW, **bounds)
    return hold


def test_single_rows_are_shown_and_then_released_with_their_prices(
    mercarich: Mercarich, rows: Rows, engine: Engine, deeds: Deeds
) -> None:
    hold = prices(rows)

    seen = mercarich.page("hold", "release", str(hold), "--skus", "S1,S2", "--dry-run")
    assert _rows(engine) == []
    done = mercarich.json("hold", "release", str(hold), "--skus", "S1", "--by", "taro")

    assert [line.split() for line in seen.splitlines() if line.startswith("S")] == [
        ["S1", "hanako", "5,000", "300"],
        ["S2", "hanako", "5,000", "stays"],
    ]
    assert f"2 of 2 listings of hold {hold} would be released" in seen
    assert (done["released"], done["before"], done["previewed"]) == (1, 0, False)
    assert [(one["sku"], one["price_jpy"], one["to_jpy"]) for one in done["listings"]] == [("S1", 5000, 300)]
    assert _rows(engine) == [(hold, 1, "taro", 300)]
    assert deeds() == [("hold_listings_released", "taro", str(hold), "S1")]
    again = mercarich.page("hold", "release", str(hold), "--skus", "S1", "S2")
    assert f"1 of 2 listings of hold {hold} are released" in again
    assert "1 were released before" in again


def test_a_file_names_the_rows(mercarich: Mercarich, rows: Rows, engine: Engine, tmp_path: Path) -> None:
    hold, file = prices(rows), tmp_path / "skus.txt"
    file.write_bytes("\ufeffS1\r\n\r\n S2 \nS1\n".encode())

    done = mercarich.json("hold", "release", str(hold), "--file", str(file))

    assert done["released"] == 2
    assert [(row[1], row[3]) for row in _rows(engine)] == [(1, 300), (2, 5000)]


def test_skus_that_do_not_wait_are_named_and_none_is_released(mercarich: Mercarich, rows: Rows, engine: Engine) -> None:
    hold = prices(rows)
    rows.listing(1, rows.source("x9"), "FREE-1")

    refused = mercarich("hold", "release", str(hold), "--skus", "S1", "FREE-1", "NONE-1")

    assert (refused.returncode, _rows(engine)) == (1, [])
    assert f"2 of 3 SKUs do not wait for hold {hold}: FREE-1, NONE-1; none was released" in refused.stderr


def test_of_a_sku_that_several_sellers_have_one_is_named(mercarich: Mercarich, rows: Rows, engine: Engine) -> None:
    hold = rows.hold(rows.run(1))
    for name in ("hanako", "jiro"):
        rows.listing(rows.user(name), rows.source(f"x-{name}", state="sold"), "S1", hold_id=hold)

    refused = mercarich("hold", "release", str(hold), "--skus", "S1")
    done = mercarich.json("hold", "release", str(hold), "--skus", "S1", "--username", "jiro")

    assert refused.returncode == 2
    assert "2 sellers have the SKU S1: hanako, jiro; add --username NAME" in refused.stderr
    assert [(one["username"], one["to_jpy"]) for one in done["listings"]] == [("jiro", None)]
    assert len(_rows(engine)) == 1


def test_rows_of_a_hold_that_is_released_are_not_released_again(
    mercarich: Mercarich, rows: Rows, engine: Engine
) -> None:
    hold = prices(rows)
    mercarich.page("hold", "release", str(hold))
    written = _rows(engine)

    page = mercarich.page("hold", "release", str(hold), "--skus", "S1")

    assert f"nothing of hold {hold} was released; 1 were released before" in page
    assert _rows(engine) == written


class Meanwhile:
    """The prices of a hold, and what another process does as soon as they were read."""

    def __init__(self, engine: Engine, change: Callable[[], None]) -> None:
        self._prices = SqlHeldPrices(engine)
        self._change = change

    def of(self, ids: Sequence[int], now: datetime) -> Mapping[int, PriceFollows]:
        read = self._prices.of(ids, now)
        self._change()
        return read


def _released(engine: Engine, hold: int, skus: Sequence[str], change: Callable[[], None]) -> RowsReleased:
    release = ReleaseRows(SqlHolds(engine), Meanwhile(engine, change), SqlReleases(engine))
    return release(hold, skus, None, Actor("taro"), NOW)


def _told(answer: RowsReleased) -> str:
    console = Console(width=PLAIN_WIDTH, color_system=None)
    with console.capture() as text:
        console.print(rows_released(answer))
    return text.get()


def test_rows_that_leave_the_hold_between_preview_and_release_are_named(
    rows: Rows, engine: Engine, deeds: Deeds
) -> None:
    hold = prices(rows)
    leaves = update(tables.listings).where(tables.listings.c.sku == "S1").values(hold_id=None)

    done = _released(engine, hold, ["S1", "S2"], lambda: rows.change(leaves))

    assert (done.released, done.before, list(done.left)) == (1, 0, ["S1"])
    assert json.loads(json_text(done))["left"] == ["S1"]
    assert f"1 of 1 listings of hold {hold} are released" in _told(done)
    assert "not released, as they do not wait any more or were released meanwhile: S1\n" in _told(done)
    assert [row[1] for row in _rows(engine)] == [2]
    assert deeds() == [("hold_listings_released", "taro", str(hold), "S2")]


def test_rows_of_a_hold_that_somebody_releases_meanwhile_are_named(rows: Rows, engine: Engine) -> None:
    hold = prices(rows)

    def release() -> None:
        SqlReleases(engine).release_listings(hold, {1: None}, Actor("jiro"), NOW)

    done = _released(engine, hold, ["S1"], release)
    whole = _released(
        engine,
        hold,
        ["S1", "S2"],
        lambda: rows.change(update(tables.holds).values(released_at=NOW, released_by="jiro")),
    )

    assert (done.released, done.before, list(done.left)) == (0, 0, ["S1"])
    assert (whole.released, whole.before, list(whole.left)) == (0, 1, ["S2"])
    assert f"nothing of hold {hold} was released; 1 were released before" in _told(whole)


def test_of_many_that_left_ten_are_named(rows: Rows, engine: Engine) -> None:
    hold = prices(rows)
    for number in range(3, 14):
        rows.listing(1, rows.source(f"x{number}"), f"S{number}", hold_id=hold)
    skus = [f"S{number}" for number in range(1, 14)]

    done = _released(engine, hold, skus, lambda: rows.change(update(tables.listings).values(hold_id=None)))

    assert list(done.left) == skus
    assert f"{', '.join(skus[:10])} and 3 more\n" in _told(done)


def _rows(engine: Engine) -> list[tuple[int, int, str, int | None]]:
    row = tables.hold_releases.c
    query = select(row.hold_id, row.listing_id, row.released_by, row.shown_jpy).order_by(row.listing_id)
    with reading(engine) as connection:
        return [(*one,) for one in connection.execute(query)]
