"""Call every operation of the API with one seller's key in many ways, valid and invalid, always the same ones."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Engine, select
from tests.integration.web.api_calls import Call, calls, problem_of
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import PASSWORDS, Browser, let_sign_in, served

from mercarich_db import tables
from mercarich_db.engine import reading
from mercarich_platform.settings import SharedSettings
from mercarich_web.bootstrap import build_pages
from mercarich_web.identity.sign_in import hashed
from mercarich_web.settings import PagesSettings

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
SECRET = "an offer of Ann alone"
EACH = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def shop(database_url: str, engine: Engine, rows: Rows) -> Iterator[tuple[Browser, list[int]]]:
    """Bob's program, and ids of which most are Ann's."""
    ann, bob = rows.user("ann"), rows.user("bob")
    let_sign_in(engine, bob)
    scopes = "jobs:read jobs:write listings:read listings:write"
    key = {"key_hash": hashed("mk_bob"), "name": "a program", "scopes": scopes, "created_at": ago(hours=1)}
    rows.add(tables.api_keys, user_id=bob, **key)
    owners = [ann, bob, ann]
    ids = [_things(rows, one, SECRET if one == ann else "of Bob", number) for number, one in enumerate(owners)]
    shared = SharedSettings.model_validate({"database_url": database_url, "kafka_bootstrap": "127.0.0.1:9"})
    own = PagesSettings(api_calls_a_minute=1_000_000)
    with served(build_pages(shared, own, passwords=PASSWORDS)) as site:
        program = site.browser()
        program.client.headers["Authorization"] = "Bearer mk_bob"
        yield program, sorted({number for found in ids for number in found})


def test_no_call_of_the_api_fails_or_answers_otherwise_than_told_or_touches_another_seller(
    shop: tuple[Browser, list[int]], engine: Engine
) -> None:
    program, ids = shop
    before = _of_ann(engine)
    statuses: set[int] = set()

    for method, path in OPERATIONS:
        statuses |= _called(program, path, calls(DOCUMENT, method, path, ids))

    assert _of_ann(engine) == before
    assert statuses >= {200, 201, 404, 422}, "right calls and wrong ones"


def _called(program: Browser, path: str, wanted: SearchStrategy[Call]) -> set[int]:
    """Statuses that an operation returned; each was reviewed."""
    statuses = set()

    @EACH
    @given(wanted)
    def call_it(call: Call) -> None:
        body = {"files": call.files} if call.files else {"json": call.json}
        answer = program.client.request(call.method, call.path, params=call.query, **body)
        statuses.add(answer.status_code)

        assert answer.status_code < 500 or answer.headers.get("retry-after"), call
        assert problem_of(DOCUMENT, call, path, answer) is None, call
        assert SECRET not in answer.text, call

    call_it()
    return statuses


def _of_ann(engine: Engine) -> dict[str, list[str]]:
    """Ann is the first user."""
    with reading(engine) as connection:
        return {
            table.name: sorted(str(row) for row in connection.execute(select(table).where(table.c.user_id == 1)))
            for table in tables.metadata.sorted_tables
            if "user_id" in table.c
        }


def _things(rows: Rows, user_id: int, words: str, number: int) -> tuple[int, int]:
    """A withdrawn listing with a proposal, and a job that waits."""
    source = rows.source(f"x{number}", state="sold", reason="won")
    at = {"quantity": 0, "searching": True, "withdrawn_at": ago(hours=1)}
    listing = rows.listing(user_id, source, f"S-{number}", title=words, **at)
    rows.event(listing, "withdrawn", user_id=user_id, reason="won", evidence_id=rows.evidence(source))
    found = {
        "marketplace": "yahoo",
        "item_id": f"y{number}",
        "url": f"https://auctions.example/y{number}",
        "title": words,
    }
    about = {"listing_id": listing, "user_id": user_id, "old_source_item_id": source, "at": ago(hours=1)}
    rows.add(tables.revivals, **found, **about, state="proposed")
    numbers = dict.fromkeys(("done", "made", "left_out", "wrong", "turn", "fence", "attempts"), 0)
    state = {"kind": "search", "state": "waiting", "phase": "searching", "arguments": "{}", "cursor": "{}"}
    times = {"created_at": ago(minutes=1), "heartbeat_at": ago(minutes=1)}
    job = rows.add(tables.jobs, **numbers, **state, **times, user_id=user_id, created_by=words)
    return listing, job
