"""The chart's files of rules and tests, and their content."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from tools.alerts.amazon import AMAZON
from tools.alerts.batches import BATCHES
from tools.alerts.jobs import JOBS
from tools.alerts.marketplaces import MARKETPLACES
from tools.alerts.operations import OPERATIONS
from tools.alerts.pages import PAGES
from tools.alerts.rule import Alert
from tools.alerts.workers import WORKERS

FOLDER = Path(__file__).parents[2] / "charts" / "mercarich" / "alerts"
GROUPS: Mapping[str, Sequence[Alert]] = {
    "batches": BATCHES,
    "workers": WORKERS,
    "jobs": JOBS,
    "amazon": AMAZON,
    "marketplaces": MARKETPLACES,
    "pages": PAGES,
    "operations": OPERATIONS,
}
_NOTE = "# Made by `python -m tools.alerts`; a test fails when it is out of date.\n"


def alerts() -> list[Alert]:
    return [alert for group in GROUPS.values() for alert in group]


def files() -> dict[str, str]:
    """File names and their texts."""
    groups = [{"name": f"mercarich-{name}", "rules": [a.rule() for a in group]} for name, group in GROUPS.items()]
    rules = {"mercarich.yaml": _text({"groups": groups})}
    return rules | {
        f"tests/{name}_{step}_test.yaml": _tests(step, [alert for alert in group if alert.step == step])
        for name, group in GROUPS.items()
        for step in sorted({alert.step for alert in group})
    }


def _tests(step: str, group: Sequence[Alert]) -> str:
    tests = [test for alert in group for test in alert.tests()]
    return _text({"rule_files": ["../mercarich.yaml"], "evaluation_interval": step, "tests": tests})


def _text(content: Any) -> str:
    dumped: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return _NOTE + dumped
