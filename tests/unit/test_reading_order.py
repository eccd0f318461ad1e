"""Every process can be read top-down in five minutes: six files, at most 450 lines together."""

from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
LIMIT = 450

TOURS = {
    "checker": "__init__ __main__ bootstrap handlers use_cases/check_batch domain/withdrawals",
    "feed": "__init__ __main__ bootstrap handlers use_cases/patches domain/pushes",
    "mercari-proxy": "__init__ __main__ bootstrap api adapters/web domain/states",
    "operator": "__init__ __main__ bootstrap use_cases/reconcile domain/pools",
    "simulator": "__init__ __main__ bootstrap world truth api/yahoo",
    "updater": "__init__ __main__ bootstrap handlers use_cases/revive domain/revivals",
    "web": "__init__ __main__ runs/commands runs/sql/holds runs/holds",
    "yahoo-proxy": "__init__ __main__ bootstrap adapters/web domain/states domain/prices",
}
"""The six-file tours of CONTRIBUTING.md."""


@pytest.mark.parametrize("service", TOURS)
def test_a_stranger_reads_a_service_in_five_minutes(service: str) -> None:
    package = next((SERVICES / service / "src").iterdir())
    lines = {name: len((package / f"{name}.py").read_text().splitlines()) for name in TOURS[service].split()}
    assert len(lines) <= 6
    assert sum(lines.values()) <= LIMIT, lines
