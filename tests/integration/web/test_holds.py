"""`mercarich hold list` and `mercarich hold release ID`."""

from sqlalchemy import Engine, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import NOW, Rows

from mercarich_contracts.market import RouteName, State
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_reasons.holds import CanariesDiffer


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
