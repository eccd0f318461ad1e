"""Every old command line of docs/runbook.md is run as it stands there, and does what its row says."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.integration.web.conftest import Done, Mercarich
from tests.integration.web.rows import Rows, ago

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_feed.adapters.token_cipher import new_key
from mercarich_platform.kafka import ensure_topics

ROOT = Path(__file__).resolve().parents[3]
SHIM = ROOT / "docker"
"""The folder of manage.py, which is the working directory of each image."""


def _old_lines() -> list[str]:
    table = (ROOT / "docs/runbook.md").read_text(encoding="utf-8").split("## Old command → new")[1]
    table = table.split("Lines of the shell")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


@dataclass
class Place:
    """A database with sellers of both plans, of whom one withdrew something long ago."""

    engine: Engine
    mercarich: Mercarich

    def run_of(self, operation: str, marketplace: str) -> tuple[Any, dict[str, Any]]:
        with reading(self.engine) as connection:
            newest = select(tables.runs).order_by(tables.runs.c.id.desc()).limit(1)
            row = connection.execute(newest).one()
        assert (row.operation, row.marketplace, row.outcome) == (operation, marketplace, "finished")
        return row, json.loads(row.arguments)

    def setting(self, key: str) -> str:
        value: str = self.mercarich.json("settings", "get", key)["value"]
        return value

    def listings(self) -> list[str]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(tables.listings.c.sku)).scalars())


Check = Callable[[Place, Done], None]


def _run(operation: str, marketplace: str, **arguments: Any) -> Check:
    def check(place: Place, _done: Done) -> None:
        _, given = place.run_of(operation, marketplace)
        assert {key: given[key] for key in arguments} == arguments

    return check


def _says(*words: str) -> Check:
    def check(_place: Place, done: Done) -> None:
        for word in words:
            assert word in done.stdout

    return check


def _deleted(place: Place, done: Done) -> None:
    assert "1 deleted" in done.stdout
    assert place.listings() == ["YA-young"]


def _set(place: Place, done: Done) -> None:
    assert done.stdout == "6\n"
    assert place.setting("INVCHK_YAHOO_WORKER") == "6"


def _tokens(place: Place, done: Done) -> None:
    with reading(place.engine) as connection:
        assert connection.execute(select(tables.token_checks)).one().ended_at is not None
    assert "tokens: 0 valid" in done.stdout


BOTH = {"plans": [2, 4], "max_workers": 14}
DOES: dict[str, Check] = {
    "python manage.py check_item_yahoo 2 4 --max-workers 14": _run("check", "yahoo", **BOTH),
    "python manage.py check_item_mercari 2 4 --max-workers 14": _run("check", "mercari", **BOTH),
    "python manage.py check_item_yahoo 4 --max-workers 14 --group-lower 100 --beginwith 0": _run(
        "check", "yahoo", plans=[4], max_workers=14, group_lower=100, begin_with=0
    ),
    "python manage.py check_item_yahoo 2 4 --usernames taro hanako --without-update": _run(
        "check", "yahoo", plans=[2, 4], max_workers=4, usernames=["taro", "hanako"], without_update=True
    ),
    "python manage.py check_item_mercari 2 --skus ME-1 ME-2": _run(
        "check", "mercari", plans=[2], skus=["ME-1", "ME-2"]
    ),
    "python manage.py update_item_yahoo 2 4 --max-workers 14": _run("update", "yahoo", **BOTH),
    "python manage.py update_item_mercari 2 4 --max-workers 14": _run("update", "mercari", **BOTH),
    "python manage.py update_amazon_feed_by_yahoo": _says("yahoo: asked for 0 withdrawals and 0 restores"),
    "python manage.py update_amazon_feed_by_mercari": _says("mercari: asked for 0 withdrawals and 0 restores"),
    "python manage.py update_feed_yahoo --max-workers 4 --max-item-count 1000": _says("yahoo: asked for 0"),
    "python manage.py update_feed_mercari": _says("mercari: asked for 0"),
    "python manage.py update_env": _says("settings read, 0 cannot be used"),
    "python manage.py delete_old_items --expired-days 7": _deleted,
    "python manage.py check_background_jobs": _says("none"),
    "python manage.py validate_mws_tokens": _tokens,
    "python manage.py constant_manager INVCHK_YAHOO_WORKER": _says("5\n"),
    "python manage.py constant_manager INVCHK_YAHOO_WORKER --get-default": _says("5\n"),
    'python manage.py constant_manager --operation set INVCHK_YAHOO_WORKER 6 --description "more checks"': _set,
}
NOT_OURS = {"rq info"}
"""A command of another program: its row names ours, and no shim answers to it."""


@pytest.fixture
def place(engine: Engine, mercarich: Mercarich, rows: Rows, kafka_bootstrap: str, tmp_path: Path) -> Place:
    ensure_topics(kafka_bootstrap, (*TOPICS, *DEAD_LETTERS))
    mercarich.environment |= {
        "FEED_ENCRYPTION_KEY": new_key(),
        "MERCARICH_PICTURES": str(tmp_path / "pictures"),
        "PATH": f"{Path(sys.executable).parent}:{mercarich.environment.get('PATH', '')}",
    }
    source = rows.source("x1", state="sold")
    down = {"quantity": 0, "pushed_quantity": 0, "searching": False}
    for username, sku, at in (("taro", "YA-old", ago(days=9)), ("hanako", "YA-young", ago(days=5))):
        user = rows.user(username)
        rows.listing(user, source, sku, withdrawn_at=at, verified_at=at, **down)
    return Place(engine, mercarich)


def test_every_row_of_the_runbook_is_known_here() -> None:
    assert set(_old_lines()) == set(DOES) | NOT_OURS


@pytest.mark.parametrize("line", sorted(DOES))
def test_c1_s2_t4_an_old_line_runs_as_it_stands_and_does_what_its_row_says(place: Place, line: str) -> None:
    done = subprocess.run(
        shlex.split(line),
        cwd=SHIM,
        env=place.mercarich.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    DOES[line](place, Done(done.returncode, done.stdout, done.stderr))


def test_rq_info_has_its_own_answer(place: Place) -> None:
    assert "checker-yahoo" in place.mercarich.page("queue", "info")
