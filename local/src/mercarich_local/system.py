"""What runs where on one machine: ports, environment and readiness check of each process of the Procfile."""

import http
import http.client
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from mercarich_contracts.linking import CALLBACK_PATH
from mercarich_contracts.sites import SITES
from mercarich_local.child import search_path
from mercarich_local.ports import HOST, free_ports
from mercarich_local.procfile import Process
from mercarich_local.supervisor import Service
from mercarich_platform import proxy_urls
from mercarich_platform.settings import BadConfiguration, SharedSettings

PORTS: Mapping[str, int] = {
    "broker": 9092,
    "simulator": 8100,
    **{site.proxy: site.proxy_port for site in SITES.values()},
    **{f"checker-{site}": site.checker.port for site in SITES.values()},
    **{f"watch-{site}": site.watch_port for site in SITES.values()},
    **{f"updater-{site}": site.updater.port for site in SITES.values()},
    "feed": 9103,
    "oauth": 8090,
    "jobs-search": 9107,
    "jobs-import": 9108,
    "web": 8080,
    "web-health": 9112,
    "notices": 9109,
    "scheduler": 9104,
}
"""Port of each process: of its service, or for a worker of /metrics, /healthz and /readyz. The variable NAME_PORT
changes it (`port_variable`)."""
HEALTH: Mapping[str, str] = {"web": "web-health"}
"""Whose /metrics, /healthz and /readyz have a port of their own beside the service: its name in `PORTS`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in the Procfile's command lines, with its row in docs/settings.md."""

    name: str
    default: str
    meaning: str
    unit: str
    why: str
    zero: str


MARKET = (
    Variable("SIMULATOR_SELLERS", "20", "Amazon sellers of the simulated market", "sellers", "enough to see turns", ""),
    Variable(
        "SIMULATOR_LISTINGS",
        "10000",
        "listings of all of them together",
        "listings",
        "500 a seller, and a first check run of minutes",
        "an empty market",
    ),
    Variable(
        "SIMULATOR_RESTORES",
        "100",
        "offers that Amazon shows at 0 although their source is available",
        "offers",
        "one in a hundred: restores go out from the start",
        "nothing waits to be put up again",
    ),
    Variable(
        "SIMULATOR_SPARE_PIECES",
        "0.5",
        "share of the sources of which there is one more piece, as good and cheaper",
        "share, 0 to 1",
        "some searches find a replacement, some do not",
        "no search finds a replacement",
    ),
)
"""The simulated market of `make up`."""
PROBES: Mapping[str, str | None] = {"broker": None, "simulator": "/healthz"}
"""Path whose response shows that a process is ready, when it is not /readyz. None: accepting connections is enough."""
ASK_PROXIES = ("CHECKER_", "UPDATER_", "WEB_", "PAGES_")
"""Prefixes of the processes that call the marketplaces' proxies."""
FOUNDATION = ("broker", "simulator")
"""Processes that the others and the sample data need; they start first."""
PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class System:
    """One instance: a data folder, and a port for each process."""

    data: Path
    ports: Mapping[str, int]

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    @property
    def key_file(self) -> Path:
        return self.data / "encryption.key"

    @property
    def push_key_file(self) -> Path:
        return self.data / "push.key"

    def database_url(self, environment: Mapping[str, str]) -> str:
        """Return the database that `environment` names, by default the one in the data folder."""
        given = SecretStr(environment.get("MERCARICH_DATABASE_URL", ""))
        return SharedSettings(database_url=given, data_dir=self.data).database

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the environment of every process: defaults that let the parts find each other. Variables in `given`
        override them."""
        data = self.data.absolute()
        simulator = self.url("simulator")
        defaults = {
            "MERCARICH_KAFKA_BOOTSTRAP": f"{HOST}:{self.ports['broker']}",
            "MERCARICH_LOG_FORMAT": "json",
            "MERCARICH_METRICS_HOST": HOST,
            **{f"{site.proxy_prefix}UPSTREAM_URL": f"{simulator}/{site}" for site in SITES.values()},
            **{
                variable: self.url(SITES[name].proxy)
                for prefix in ASK_PROXIES
                for variable, name in proxy_urls.variables(prefix).items()
            },
            **{variable.name: variable.default for variable in MARKET},
            "FEED_LWA_URL": f"{simulator}/lwa/auth/o2/token",
            "FEED_SPAPI_URL": f"{simulator}/spapi",
            "FEED_PAGES_URL": self.url("web"),
            "FEED_REDIRECT_URI": self.url("oauth") + CALLBACK_PATH,
            "PAGES_PUBLIC_URL": self.url("web"),
            "PAGES_CODES_FOR_OPERATORS": "false",  # The pages listen on this machine alone.
            "PAGES_AMAZON_CONSENT_URL": f"{simulator}/sellercentral/apps/authorize/consent",
            "PAGES_AMAZON_APPLICATION_ID": "amzn1.sp.solution.simulated",
            "PAGES_AMAZON_REDIRECT_URI": self.url("oauth") + CALLBACK_PATH,
            "FEED_ENCRYPTION_KEY_FILE": str(data / "encryption.key"),
        }
        ports = {port_variable(name): str(port) for name, port in self.ports.items()}
        path = {"PATH": search_path(given, Path(sys.executable).parent)}
        return {**defaults, **given, **ports, **path, "MERCARICH_DATA_DIR": str(data)}

    def services(self, processes: Sequence[Process], environment: Mapping[str, str]) -> list[Service]:
        """Return the processes, ready to be run. Raises `BadConfiguration`."""
        return [self._service(process, environment) for process in processes]

    def _service(self, process: Process, environment: Mapping[str, str]) -> Service:
        port = self.ports.get(process.name)
        if port is None:
            own = {**environment, "MERCARICH_METRICS_PORT": "0"}
            return Service(process.name, process.arguments(own), own, lambda: True)
        health = self.ports[HEALTH.get(process.name, process.name)]
        own = {**environment, "MERCARICH_METRICS_PORT": str(health)}
        path = PROBES.get(process.name, "/readyz")
        ready = (lambda: listens(port)) if path is None else (lambda: answers(health, path))
        return Service(process.name, process.arguments(own), own, ready)


def from_environment(data: Path, environment: Mapping[str, str]) -> System:
    """Return the instance of `mercarich up`: the usual ports, each overridable by a variable named after its
    process."""
    return System(data, {name: _port(name, default, environment) for name, default in PORTS.items()})


def on_free_ports(data: Path) -> System:
    """Return an instance on free ports, which does not disturb any other."""
    return System(data, dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))


def require_free_ports(system: System, names: Sequence[str]) -> None:
    """Raises `BadConfiguration` that names the first port in use, and how to change it."""
    for name in [*names, *(HEALTH[name] for name in names if name in HEALTH)]:
        port = system.ports.get(name)
        if port is None:
            continue
        try:
            socket.create_server((HOST, port)).close()
        except OSError as error:
            raise BadConfiguration(
                f"port {port}, for {name}, cannot be used ({os.strerror(error.errno or 0)}): end what listens there,"
                f" or set {port_variable(name)} to a free port"
            ) from None


def port_variable(name: str) -> str:
    """Return the environment variable of a process's port."""
    return f"{name.upper().replace('-', '_')}_PORT"


def listens(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    try:
        socket.create_connection((HOST, port), timeout=PROBE_SECONDS).close()
    except OSError:
        return False
    return True


def answers(port: int, path: str) -> bool:
    """Return whether a GET on the path returns 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _port(name: str, default: int, environment: Mapping[str, str]) -> int:
    text = environment.get(port_variable(name), str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise BadConfiguration(f"{port_variable(name)}: expected a port from 1 to 65535, not {text!r}")
    return int(text)
