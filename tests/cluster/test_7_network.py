"""Point 7: only the allowed pairs can connect, tried from inside the pods. The cluster's network must enforce
policies."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.cluster.conftest import Keep
from tests.cluster.release import Release

SERVICES = {"mariadb": 3306, "kafka": 9092, "simulator": 8100, "yahoo-proxy": 1235, "mercari-proxy": 1234, "pages": 80}
API_SERVER = "api-server"
METRICS = "metrics of feed"
ALLOWED: Mapping[str, set[str]] = {
    "checker-yahoo": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "checker-mercari": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "feed": {"mariadb", "kafka", "simulator"},
    "updater-yahoo": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "updater-mercari": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "jobs-search": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "jobs-import": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "pages": {"mariadb", "kafka", "yahoo-proxy", "mercari-proxy"},
    "notices": {"mariadb"},
    "yahoo-proxy": {"mariadb", "simulator"},
    "mercari-proxy": {"mariadb", "simulator"},
    "operator": {"mariadb", "kafka", API_SERVER},
    "toolbox": {"mariadb", "kafka"},
    "simulator": set(),
    "mariadb": set(),
    "kafka": set(),
}
_PROBE = """
for pair in "$@"; do
  (timeout 3 bash -c "exec 3<>/dev/tcp/${pair%%:*}/${pair##*:}" 2>/dev/null && echo "$pair") &
done
wait
"""


@pytest.fixture(scope="module")
def reached(release: Release, keep: Keep) -> Mapping[str, set[str]]:
    """By component: what a socket opened in its first pod can reach."""
    release.wait_ready()
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(ALLOWED, pool.map(lambda one: _reached(release, one), ALLOWED), strict=True))
    keep("7-network", {"reached": {one: sorted(others) for one, others in found.items()}})
    return found


@pytest.mark.parametrize("component", ALLOWED)
def test_a_pod_reaches_what_it_needs_and_nothing_else(reached: Mapping[str, set[str]], component: str) -> None:
    assert reached[component] == ALLOWED[component]


def _reached(release: Release, component: str) -> set[str]:
    pod = release.space.pods(component)[0]["metadata"]["name"]
    feed = release.space.pods("feed")[0]["status"]["podIP"]
    api = release.space.inside(pod, "printenv", "KUBERNETES_SERVICE_HOST").strip()
    targets = {f"{release.name(name)}:{port}": name for name, port in SERVICES.items() if name != component}
    targets[f"{api}:443"] = API_SERVER
    if component != "feed":
        targets[f"{feed}:9100"] = METRICS
    answer = release.space.inside(pod, "bash", "-c", _PROBE, "probe", *targets)
    return {targets[line] for line in answer.split()}
