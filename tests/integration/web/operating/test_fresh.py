"""Every change by an operator needs a password confirmed within the last quarter of an hour, and nothing else does."""

from sqlalchemy import Engine, select
from tests.integration.web.operating.conftest import Clock
from tests.integration.web.site import Browser
from tests.integration.web.test_tenants import ROUTES, For

from mercarich_db import tables
from mercarich_db.engine import reading


def test_no_change_is_made_without_a_fresh_login(operator: Browser, engine: Engine, clock: Clock) -> None:
    operator.get("/settings/BRAKE_SHARE")
    clock.move(minutes=16)
    before = _changeable(engine)
    changes = [(path, row) for (method, path), row in ROUTES.items() if method == "post" and row.whom is For.OPERATOR]
    answers = {path: operator.post(row.url or path, **row.fields) for path, row in changes}

    assert len(answers) > 10
    ways = {path: answer.headers.get("location", "")[:8] for path, answer in answers.items()}
    kept = {path for path, way in ways.items() if not way}
    assert {ways[path] for path in set(ways) - kept} == {"/confirm"}
    assert all(answers[path].status_code == 403 and 'action="/confirm"' in answers[path].text for path in kept)
    assert _changeable(engine) == before


def test_everything_can_be_looked_at_without_one(operator: Browser, clock: Clock) -> None:
    clock.move(minutes=16)
    for (method, path), row in ROUTES.items():
        if method == "get" and row.whom is For.OPERATOR:
            assert operator.get(row.url or path).status_code in (200, 404), path


def _changeable(engine: Engine) -> dict[str, list[str]]:
    names = ("settings", "holds", "schedule_pauses", "schedule_wishes", "users", "invitations", "audit_log")
    with reading(engine) as connection:
        return {name: [str(row) for row in connection.execute(select(tables.metadata.tables[name]))] for name in names}
