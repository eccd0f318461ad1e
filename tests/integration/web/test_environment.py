"""Row S2, T5: `constant_manager`, `env export` and `update_env`, with the arguments of the old system."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import NOW, Rows, ago

from mercarich_db import tables
from mercarich_db.engine import run_tx
from mercarich_web.workers.pools import POOLS

ENV = """\
BACKGROUND_SEARCH_WORKER=16
BACKGROUND_IMPORT_WORKER=5
INVCHK_YAHOO_WORKER=7
INVRES_YAHOO_WORKER=2
INVCHK_MERCARI_WORKER=2
INVRES_MERCARI_WORKER=2
"""


def test_s2_constant_manager_reads_sets_and_tells_the_default(mercarich: Mercarich) -> None:
    assert mercarich.page("constant_manager", "INVCHK_YAHOO_WORKER") == "5\n"
    set_ = ("--operation", "set", "INVCHK_YAHOO_WORKER", "7", "--description", "sale of the year", "--by", "taro")
    assert mercarich.page("constant_manager", *set_) == "7\n"

    assert mercarich.page("constant_manager", "INVCHK_YAHOO_WORKER") == "7\n"
    assert mercarich.page("constant_manager", "INVCHK_YAHOO_WORKER", "--get-default") == "5\n"
    assert mercarich.page("constant_manager", "--get-default", "INVCHK_YAHOO_WORKER") == "5\n"
    assert "INVCHK_YAHOO_WORKER" in mercarich.page("constant_manager", "--operation", "list")
    (change,) = mercarich.json("settings", "history", "INVCHK_YAHOO_WORKER")["changes"]
    assert (change["by"], change["note"]) == ("taro", "sale of the year")


def test_s2_env_export_prints_the_old_file(mercarich: Mercarich, tmp_path: Path) -> None:
    mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER", "7")

    assert mercarich.page("env", "export") == ENV
    assert mercarich.page("env", "export", "--output", str(tmp_path / ".env")) == ""
    assert (tmp_path / ".env").read_text() == ENV


def test_t5_update_env_reads_all_again_and_names_what_cannot_be_used(
    mercarich: Mercarich, engine: Engine, tmp_path: Path
) -> None:
    assert "0 cannot be used" in mercarich.page("update_env", "--output", str(tmp_path / ".env"))
    assert (tmp_path / ".env").read_text() == ENV.replace("=7", "=5")

    bad = {"key": "INVRES_YAHOO_WORKER", "value": "lots", "updated_at": NOW, "updated_by": "somebody"}
    run_tx(engine, lambda connection: connection.execute(insert(tables.settings).values(bad)))
    done = mercarich("update_env")
    assert done.returncode == 1
    assert "INVRES_YAHOO_WORKER: expected a whole number" in done.stdout


def test_t5_update_env_says_whether_anybody_follows_the_settings(
    mercarich: Mercarich, engine: Engine, rows: Rows
) -> None:
    nobody = mercarich.page("update_env")
    assert "nobody sees to checker-mercari, checker-yahoo, feed, jobs-import" in nobody
    assert "`mercarich up` on one machine" in nobody

    numbers = dict.fromkeys(("wanted_min", "wanted_max", "min", "max", "current", "desired", "ready"), 1)
    seen = {"mode": "auto", "reasons": "", "backlog": 0, "lag": 0, "revision": 0, **numbers}
    for key, pool in POOLS.items():
        rows.add(tables.pool_status, pool=pool, settings_key=key, seen_at=ago(seconds=5), **seen)
    assert "all pools have followed them" in mercarich.page("update_env")

    mercarich.page("settings", "set", "INVCHK_YAHOO_WORKER", "3")
    behind = mercarich.page("update_env")
    assert "checker-yahoo has not followed the newest change yet" in behind
    assert "the pools follow changes by themselves" in behind

    rows.change(update(tables.pool_status).where(tables.pool_status.c.pool == "feed").values(seen_at=ago(minutes=3)))
    assert "nobody sees to feed now" in mercarich.page("update_env")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["constant_manager"], 2, "expected a KEY"),
        (["constant_manager", "NO_SUCH_WORKER"], 1, "there is no setting 'NO_SUCH_WORKER'"),
        (["constant_manager", "INVCHK_YAHOO_WORKER", "6"], 2, "belong to --operation set"),
        (["constant_manager", "--operation", "set", "INVCHK_YAHOO_WORKER"], 2, "expected KEY VALUE"),
        (["constant_manager", "--operation", "set", "INVCHK_YAHOO_WORKER", "0"], 2, "from 1 to 500"),
        (["constant_manager", "--operation", "set", "NO_SUCH", "6"], 1, "there is no setting"),
        (["constant_manager", "--operation", "drop", "INVCHK_YAHOO_WORKER"], 2, "invalid choice"),
        (["constant_manager", "--operation", "set", "FEED_WORKER", "3", "--get-default"], 2, "only reads"),
        (["env"], 2, "required"),
        (["env", "import"], 2, "invalid choice"),
        (["env", "export", "--output", "/no/such/folder/.env"], 78, "cannot write /no/such/folder/.env"),
        (["update_env", "--output", "/no/such/folder/.env"], 78, "cannot write /no/such/folder/.env"),
        (["update_env", "now"], 2, "unrecognized arguments"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(mercarich: Mercarich, words: list[str], code: int, says: str) -> None:
    done = mercarich(*words)

    assert done.returncode == code
    assert says in done.stderr
