"""The Procfile: what is accepted, what is refused, and which variables are replaced."""

from pathlib import Path

import pytest

from mercarich_local import procfile
from mercarich_local.system import HEALTH, PORTS, System
from mercarich_platform.settings import BadConfiguration

REPOSITORY = Path(__file__).parents[3]


def test_processes_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# a comment\nbroker: run --port $BROKER_PORT\n\nweb-2: serve 'two words'\n")
    broker, web = procfile.read(file)
    assert broker.arguments({"BROKER_PORT": "9092"}) == ["run", "--port", "9092"]
    assert (web.name, web.arguments({})) == ("web-2", ["serve", "two words"])


@pytest.mark.parametrize("line", ["broker run", "Broker: run", "broker:", "a: run\na: run"])
def test_a_line_that_is_not_a_process_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "Procfile"
    file.write_text(line)
    with pytest.raises(BadConfiguration, match=r"line [12]: expected `name: command`"):
        procfile.read(file)


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="in the folder of the checkout"):
        procfile.read(tmp_path / "Procfile")


def test_a_variable_that_is_not_set_is_named() -> None:
    with pytest.raises(BadConfiguration, match="web: the variable 'NOWHERE' is not set"):
        procfile.Process("web", "serve $NOWHERE").arguments({})


def test_the_products_own_procfile_can_be_run(tmp_path: Path) -> None:
    system = System(tmp_path, PORTS)
    services = system.services(procfile.read(REPOSITORY / "Procfile"), system.environment({}))
    assert [service.name for service in services] == [name for name in PORTS if name not in HEALTH.values()]
    assert all(str(PORTS[service.name]) in " ".join(service.arguments) for service in services[:4])


def test_workers_listen_for_probes_on_a_port_of_their_own(tmp_path: Path) -> None:
    system = System(tmp_path, PORTS)
    [service] = system.services([procfile.Process("feed", "mercarich-feed worker")], system.environment({}))
    assert service.environment["MERCARICH_METRICS_PORT"] == "9103"


def test_the_pages_listen_for_probes_beside_their_visitors(tmp_path: Path) -> None:
    system = System(tmp_path, PORTS)
    [web] = system.services([procfile.Process("web", "mercarich-web serve --port $WEB_PORT")], system.environment({}))

    assert "8080" in web.arguments
    assert web.environment["MERCARICH_METRICS_PORT"] == "9112"


def test_what_a_person_sets_wins_over_the_defaults(tmp_path: Path) -> None:
    given = {"YAHOO_PROXY_UPSTREAM": "web", "YAHOO_PROXY_UPSTREAM_URL": "http://127.0.0.1:9/"}
    environment = System(tmp_path, PORTS).environment(given)
    assert environment["YAHOO_PROXY_UPSTREAM_URL"] == "http://127.0.0.1:9/"
