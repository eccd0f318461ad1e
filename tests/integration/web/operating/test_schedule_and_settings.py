"""The operator's pages of the schedule, the marketplaces with their proxies, the settings, and the audit log."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import Table
from tests.integration.web.conftest import Deeds
from tests.integration.web.rows import Rows, ago
from tests.integration.web.site import Browser

from mercarich_contracts.audit import AuditAction
from mercarich_contracts.market import Marketplace
from mercarich_contracts.schedule import SCHEDULE
from mercarich_db import tables
from mercarich_db.setting_definitions import DEFINITIONS, WORKERS
from mercarich_db.types import AnyRow
from mercarich_marketplace.metrics import ProxyMetrics
from mercarich_web.listings.actions import BulkAction
from mercarich_web.marketplaces.proxies import ProxyAway
from mercarich_web.marketplaces.proxies_http import HttpProxies
from mercarich_web.system_settings import words as setting_words
from mercarich_web.words import WORDS

ReadTable = Callable[[Table], list[AnyRow]]


def test_a_row_of_the_schedule_is_paused_resumed_and_wanted_now(
    operator: Browser, deeds: Deeds, table: ReadTable
) -> None:
    operator.get("/schedule")
    for deed in ("pause", "pause", "start", "resume"):
        assert operator.post(f"/schedule/env-update/{deed}").headers["location"] == "/schedule"
    page = operator.get("/schedule").text

    assert table(tables.schedule_pauses) == []
    assert [row.name for row in table(tables.schedule_wishes)] == ["env-update"]
    assert "starts in a moment" in page
    assert page.count("<tr>") == len(SCHEDULE) + 1
    assert [(deed[0], deed[2]) for deed in deeds()] == [
        ("schedule_paused", "env-update"),
        ("schedule_wanted", "env-update"),
        ("schedule_resumed", "env-update"),
    ]


@pytest.mark.parametrize(
    ("minutes", "columns", "told"),
    [
        (2, {}, "It was not started yet"),
        (2, {"problem": "there are 0 CronJobs"}, "tried again for 10 minutes: there are 0 CronJobs"),
        (2, {"job": "rel-env-update-1a"}, "The Job rel-env-update-1a has been made; it starts"),
        (11, {"job": "rel-env-update-1a"}, "kubectl describe job rel-env-update-1a"),
        (11, {}, "kubectl create job --from=cronjob/"),
    ],
)
def test_a_start_that_has_not_come_says_what_it_waits_for(
    operator: Browser, rows: Rows, minutes: int, columns: dict[str, str], told: str
) -> None:
    wish = {"name": "env-update", "wanted_at": ago(minutes=minutes), "wanted_by": "ohta"}
    rows.add(tables.schedule_wishes, **wish, **columns)

    assert told in operator.get("/schedule").text


def test_a_wish_that_has_expired_is_wished_anew(operator: Browser, rows: Rows, table: ReadTable) -> None:
    rows.add(tables.schedule_wishes, name="env-update", wanted_at=ago(minutes=11), wanted_by="hanako", problem="x")
    operator.get("/schedule")

    operator.post("/schedule/env-update/start")

    [wish] = table(tables.schedule_wishes)
    assert (wish.wanted_by, wish.problem) == ("ohta", None)
    assert wish.wanted_at > ago(minutes=1)


def test_a_schedule_that_is_not_there_is_not_found(operator: Browser, deeds: Deeds) -> None:
    operator.get("/schedule")
    assert [operator.post(f"/schedule/x/{deed}").status_code for deed in ("pause", "start", "resume")] == [404] * 3
    assert deeds() == []


def test_a_marketplace_is_paused_with_a_note_and_goes_on(operator: Browser, deeds: Deeds) -> None:
    operator.get("/markets")
    operator.post("/markets/yahoo/pause", note="they asked us to")
    paused = operator.get("/markets").text
    operator.post("/markets/yahoo/pause")
    operator.post("/markets/yahoo/resume")

    assert "/markets/yahoo/resume" in paused
    assert deeds() == [
        ("setting_changed", "ohta", "MARKETPLACE_YAHOO", "on → paused: they asked us to"),
        ("setting_changed", "ohta", "MARKETPLACE_YAHOO", "paused → on"),
    ]


def test_canaries_are_shown_against_what_was_seen_last(operator: Browser, rows: Rows) -> None:
    rows.source("x1", state="sold")
    operator.get("/settings")
    operator.post("/settings/CANARY_ITEMS_YAHOO", value="x1=on_sale x2=gone")
    page = operator.get("/markets").text

    assert 'badge bad">sold' in page.replace(" ", "").replace("badgebad", "badge bad")
    assert "in no listing" in page


def test_a_proxy_that_is_away_is_a_part_that_says_so(operator: Browser) -> None:
    assert "does not answer" in operator.get("/markets/yahoo/proxy").text
    assert operator.get("/markets/nowhere/proxy").status_code == 422


def test_a_proxys_metrics_are_read() -> None:
    metrics = ProxyMetrics(Marketplace.YAHOO)
    metrics.request("read")
    metrics.request("blocked")
    metrics.of_images().request("blocked")
    metrics.seconds.observe(0.5)
    metrics.breaker_phase.set(2)
    metrics.budget.set(2.5)
    metrics.pace_share.set(0.5)
    metrics.opened(3)
    metrics.waiting.set(4)
    with answering(metrics.exposition()) as url:
        state = HttpProxies({"yahoo": url}).state("yahoo")

    assert (state.breaker, state.image_breaker, state.opened) == ("open", "closed", 3)
    assert (state.budget_per_second, state.pace_share, state.waiting) == (2.5, 0.5, 4)
    assert (state.calls, state.blocked, state.mean_seconds) == ({"read": 1, "blocked": 1}, 2, 0.5)


@pytest.mark.parametrize("body", [b"", b"<html>hello</html>", b"mercarich_proxy_breaker_phase 7\n"])
def test_a_proxy_that_speaks_another_language_is_away(body: bytes) -> None:
    with answering(body) as url, pytest.raises(ProxyAway):
        HttpProxies({"yahoo": url}).state("yahoo")


def test_a_setting_is_changed_with_a_note_or_refused_with_its_reason(
    operator: Browser, deeds: Deeds, table: ReadTable
) -> None:
    operator.get("/settings/BRAKE_SHARE")
    refused = operator.post("/settings/BRAKE_SHARE", value="1.5")
    same = operator.post("/settings/BRAKE_SHARE", value="0.15")
    changed = operator.post("/settings/BRAKE_SHARE", value="0.3", note="a sale")

    assert (refused.status_code, same.status_code, changed.status_code) == (422, 303, 303)
    assert "from 0 to 1" in refused.text
    assert [row.value for row in table(tables.settings)] == ["0.3"]
    assert deeds() == [("setting_changed", "ohta", "BRAKE_SHARE", "0.15 → 0.3: a sale")]
    assert "a sale" in operator.get("/settings/BRAKE_SHARE").text


def test_every_setting_has_words_but_those_with_pages_of_their_own() -> None:
    own = {key for key in DEFINITIONS if key.startswith((*WORKERS, "MARKETPLACE_"))}

    assert set(setting_words.SETTINGS) == set(DEFINITIONS) - own
    assert set(WORDS.POOLS) == set(WORKERS)
    assert set(WORDS.SCHEDULE) == {row.name for row in SCHEDULE}


def test_every_deed_has_words_of_its_own() -> None:
    assert set(WORDS.DEEDS) == set(AuditAction)
    assert len({words for words, _ in WORDS.DEEDS.values()}) == len(AuditAction)
    assert {f"listings_{action}" for action in BulkAction} <= set(AuditAction)


def test_settings_are_found_by_a_part_of_their_name(operator: Browser) -> None:
    page = operator.get("/settings?q=brake").text
    found = {key for key in setting_words.SETTINGS if f'href="/settings/{key}"' in page}

    assert found == {key for key in setting_words.SETTINGS if "BRAKE" in key}
    assert page.count("row-link") == len(found) < len(setting_words.SETTINGS)
    assert operator.get("/settings?q=nothing").text.count("row-link") == 0
    assert operator.get("/settings/INVCHK_YAHOO_WORKER").status_code == 404


def test_the_audit_log_comes_by_pages_and_by_who_and_what(operator: Browser, rows: Rows) -> None:
    for number in range(60):
        actor = "hanako" if number % 2 else "taro"
        rows.add(tables.audit_log, at=ago(minutes=number), actor=actor, action="hold_released", subject=str(number))
    first = operator.get("/audit").text

    assert first.count("row-name") == 50
    assert "below=" in first
    assert operator.get("/audit?actor=hanako").text.count("row-name") == 30
    assert operator.get("/audit?action=sign_in").text.count("row-name") == 1


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """A server that always sends this response."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
