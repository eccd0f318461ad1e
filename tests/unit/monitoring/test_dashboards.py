"""The dashboards in the chart: as the code makes them, each query over metrics that exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.unit.monitoring.promtool import needs_promtool, promtool
from tools.dashboards import FOLDER, files
from tools.metrics_page import series

BOARDS = {name: json.loads(text) for name, text in files().items()}
NAMES = re.compile(r"\b(?:mercarich|process)_\w+|\bALERTS\b")


def expressions(board: dict[str, Any]) -> Iterator[str]:
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (annotation["expr"] for annotation in board["annotations"]["list"])


def substituted(expr: str) -> str:
    return expr.replace("$namespace", ".*")


def test_the_files_in_the_chart_are_those_that_the_code_makes() -> None:
    found = {path.name: path.read_text() for path in FOLDER.glob("*")}
    assert found == files(), "run: python -m tools.dashboards"


def test_each_board_has_an_id_of_its_own_and_each_panel_a_unit() -> None:
    uids = [board["uid"] for board in BOARDS.values()]
    assert len(set(uids)) == len(uids) == 6
    for board in BOARDS.values():
        assert board["schemaVersion"] >= 39
        ids = [panel["id"] for panel in board["panels"]]
        assert len(set(ids)) == len(ids)
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
        assert len(set(places)) == len(places)
        for panel in board["panels"]:
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            assert panel["targets"], panel["title"]


def test_nothing_but_the_two_variables_is_used_and_every_query_is_of_one_namespace() -> None:
    for board in BOARDS.values():
        text = json.dumps({key: value for key, value in board.items() if key != "templating"})
        assert set(re.findall(r"\$\{?\w+\}?", text)) == {"${datasource}", "$namespace"}
        assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource", "namespace"]
        for expr in expressions(board):
            assert len(NAMES.findall(expr)) == expr.count('namespace=~"$namespace"'), expr


def test_the_data_source_is_never_a_fixed_one() -> None:
    def sources(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            if "datasource" in node:
                yield node["datasource"]
            for value in node.values():
                yield from sources(value)
        elif isinstance(node, list):
            for value in node:
                yield from sources(value)

    for board in BOARDS.values():
        assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources(board))


@pytest.mark.parametrize("name", BOARDS)
def test_every_metric_of_a_board_is_in_a_registry(name: str) -> None:
    known = series()
    for expr in expressions(BOARDS[name]):
        found = set(NAMES.findall(expr))
        assert found, expr
        assert found <= known, f"{found - known} in {expr}"


@needs_promtool
def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"check:{number}", "expr": substituted(expr)}
        for number, expr in enumerate(expr for board in BOARDS.values() for expr in expressions(board))
    ]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", path)
