"""Reports of a seller's offers: made in time, in the forms that Amazon has in Japan."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest

from mercarich_simulator.state_file import save

RECORDED = Path(os.environ.get("MERCARICH_RECORDED_DATA", "../shared/data"))
REPORTS = "/spapi/reports/2021-06-30/reports"
ALL, OPEN = "GET_MERCHANT_LISTINGS_ALL_DATA", "GET_FLAT_FILE_OPEN_LISTINGS_DATA"
MADE = 60.0


def create(sim: Any, seller_id: str, kind: str = ALL, market: str = "A1VC38T7YXB528") -> Any:
    body = {"reportType": kind, "marketplaceIds": [market]}
    return sim.call("POST", REPORTS, body, sim.token(seller_id))


def report(sim: Any, seller_id: str, report_id: str) -> dict[str, Any]:
    found: dict[str, Any] = sim.json("GET", f"{REPORTS}/{report_id}", headers=sim.token(seller_id))
    return found


def document(sim: Any, seller_id: str, document_id: str) -> Any:
    place = sim.json("GET", f"/spapi/reports/2021-06-30/documents/{document_id}", headers=sim.token(seller_id))
    assert place["compressionAlgorithm"] == "GZIP"
    return sim.call("GET", place["url"].removeprefix("http://sim.test"))


def table(sim: Any, seller_id: str, kind: str = ALL) -> tuple[str, list[dict[str, str]]]:
    """Make a report; return its encoding and its rows."""
    report_id = orjson.loads(create(sim, seller_id, kind).body)["reportId"]
    sim.advance(MADE)
    reply = document(sim, seller_id, report(sim, seller_id, report_id)["reportDocumentId"])
    encoding = {"text/plain; charset=Shift_JIS": "cp932", "text/plain; charset=UTF-8": "utf-8"}[reply.content_type]
    head, *lines = gzip.decompress(reply.body).decode(encoding).splitlines()
    return encoding, [dict(zip(head.split("\t"), line.split("\t"), strict=True)) for line in lines]


def sellers(sim: Any) -> list[str]:
    return sorted({row["seller_id"] for row in sim.rows()})


def fits(name: str, told: Any) -> None:
    """Check a response with Amazon's model, where it is there."""
    file = RECORDED / "spapi" / "models" / "reports_2021-06-30.json"
    if not file.exists():
        pytest.skip(f"{file} is not there")
    definitions = json.loads(file.read_text("utf-8"))["definitions"]
    jsonschema.validate(told, {**definitions[name], "definitions": definitions}, cls=jsonschema.Draft4Validator)


def test_a_report_is_queued_made_and_done_and_only_its_seller_sees_it(sim: Any) -> None:
    one, other = sellers(sim)[:2]
    created = create(sim, one)
    assert created.status == 202
    report_id = orjson.loads(created.body)["reportId"]
    states = []
    for seconds in (0, 10, 30):
        sim.advance(seconds)
        told = report(sim, one, report_id)
        states.append(told["processingStatus"])
        assert ("reportDocumentId" in told) == (states[-1] == "DONE")
    assert states == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    assert sim.call("GET", f"{REPORTS}/{report_id}", headers=sim.token(other)).status == 404
    address = f"/spapi/reports/2021-06-30/documents/{told['reportDocumentId']}"
    assert sim.call("GET", address, headers=sim.token(other)).status == 404


def test_the_responses_fit_amazons_model(sim: Any) -> None:
    seller = sellers(sim)[0]
    created = orjson.loads(create(sim, seller).body)
    fits("CreateReportResponse", created)
    for seconds in (0, MADE):
        sim.advance(seconds)
        told = report(sim, seller, created["reportId"])
        fits("Report", told)
    address = f"/spapi/reports/2021-06-30/documents/{told['reportDocumentId']}"
    fits("ReportDocument", sim.json("GET", address, headers=sim.token(seller)))


def test_it_tells_each_offer_in_the_encoding_of_its_seller(begin: Any) -> None:
    sim = begin(sellers=8, listings=800)
    encodings = set()
    for seller in sellers(sim):
        encoding, rows = table(sim, seller)
        encodings.add(encoding)
        mine = {row["sku"]: row for row in sim.rows() if row["seller_id"] == seller}
        assert {row["出品者SKU"] for row in rows} == set(mine)
        for row in rows:
            assert (row["数量"], row["フルフィルメント・チャンネル"]) == (
                str(mine[row["出品者SKU"]]["quantity"]),
                "DEFAULT",
            )
            assert len(row["ASIN 1"]) == 10
        noted = [row for row in rows if "https://" in row["コンディション説明"]]
        assert 0 < len(noted) < len(rows)
        assert all(mine[row["出品者SKU"]]["source_id"] in row["コンディション説明"] for row in noted)
    assert encodings == {"cp932", "utf-8"}


def test_it_tells_what_was_at_its_request(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"])
    report_id = orjson.loads(create(sim, row["seller_id"]).body)["reportId"]
    assert sim.patch(row, 0).status == 200
    sim.advance(MADE)
    told = report(sim, row["seller_id"], report_id)
    text = gzip.decompress(document(sim, row["seller_id"], told["reportDocumentId"]).body).decode("cp932", "replace")
    (line,) = [line for line in text.splitlines() if f"\t{row['sku']}\t" in line]
    assert line.split("\t")[4] == str(row["quantity"])


def test_the_short_report_leaves_out_what_is_not_sold(sim: Any) -> None:
    row = next(row for row in sim.rows() if row["quantity"])
    assert sim.patch(row, 0).status == 200
    _, rows = table(sim, row["seller_id"], OPEN)
    assert set(rows[0]) == {"出品者SKU", "ASIN", "価格", "数量"}
    assert row["sku"] not in {one["出品者SKU"] for one in rows}


def test_a_seller_without_offers_gets_a_cancelled_report(begin: Any) -> None:
    sim = begin(sellers=2, listings=0)
    seller = sim.json("GET", "/_sim/seed")["sellers"][0]["seller_id"]
    report_id = orjson.loads(create(sim, seller).body)["reportId"]
    sim.advance(MADE)
    told = report(sim, seller, report_id)
    assert (told["processingStatus"], "reportDocumentId" in told) == ("CANCELLED", False)


@pytest.mark.parametrize(("kind", "state"), [("fatal_report", "FATAL"), ("stuck_report", "IN_PROGRESS")])
def test_faults_end_or_hold_a_report(sim: Any, kind: str, state: str) -> None:
    seller = sellers(sim)[0]
    sim.json("POST", "/_sim/faults", {"target": "spapi", "kind": kind, "only": ["processReport"]})
    report_id = orjson.loads(create(sim, seller).body)["reportId"]
    sim.advance(100 * MADE)
    assert report(sim, seller, report_id)["processingStatus"] == state


def test_a_queued_report_is_cancelled_and_a_made_one_is_not(sim: Any) -> None:
    seller = sellers(sim)[0]
    first, second = (orjson.loads(create(sim, seller).body)["reportId"] for _ in range(2))
    token = sim.token(seller)
    assert sim.call("DELETE", f"{REPORTS}/{first}", headers=token).status == 200
    assert report(sim, seller, first)["processingStatus"] == "CANCELLED"
    sim.advance(MADE)
    assert sim.call("DELETE", f"{REPORTS}/{second}", headers=token).status == 400


@pytest.mark.parametrize(("kind", "market"), [("GET_ORDERS", "A1VC38T7YXB528"), (ALL, "ATVPDKIKX0DER")])
def test_what_is_not_served_here_is_refused(sim: Any, kind: str, market: str) -> None:
    assert create(sim, sellers(sim)[0], kind, market).status == 400


def test_the_quota_is_fifteen_at_once(sim: Any) -> None:
    seller = sellers(sim)[0]
    assert [create(sim, seller).status for _ in range(16)] == [202] * 15 + [429]


def test_no_report_is_kept_over_a_restart(sim: Any, tmp_path: Path) -> None:
    table(sim, sellers(sim)[0])
    save(sim.simulator.world, tmp_path / "state.json")
    assert orjson.loads((tmp_path / "state.json").read_bytes())["documents"] == []
