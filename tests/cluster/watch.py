"""A Prometheus in a pod of a namespace of its own, which finds the release's pods by the cluster's DNS.

Debian's Prometheus is built without discovery by the API server.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from tests.cluster.images import PROMETHEUS, ROOT
from tests.cluster.kube import Namespace, is_ready, run, until

WATCH = Namespace("mercarich-watch")
OURS = "mercarich.dev/tier"
"""Label of the objects that the tier itself creates in the watched namespace."""
SCRAPED = {
    "checker-yahoo": 9100,
    "checker-mercari": 9100,
    "watch-yahoo": 9100,
    "watch-mercari": 9100,
    "feed": 9100,
    "updater-yahoo": 9100,
    "updater-mercari": 9100,
    "jobs-search": 9100,
    "jobs-import": 9100,
    "operator": 9100,
    "pages": 9100,
    "notices": 9100,
    "yahoo-proxy": 1235,
    "mercari-proxy": 1234,
}
RULES = ROOT / "charts/mercarich/alerts/mercarich.yaml"
_POD = Path(__file__).parent / "prometheus.yaml"


class Watch:
    """Queries go through the API server to the pod."""

    def __init__(self, watched: Namespace) -> None:
        self.watched = watched

    def start(self) -> None:
        """The watched namespace exists already."""
        self.stop()
        WATCH.create()
        texts = {"prometheus.yml": yaml.safe_dump(_config(self.watched.name)), "rules.yaml": RULES.read_text()}
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prometheus"}, "data": texts}
        WATCH.kubectl("create", "-f", "-", given=json.dumps(config))
        WATCH.kubectl("create", "-f", "-", given=_POD.read_text().replace("IMAGE", PROMETHEUS))
        for component, port in SCRAPED.items():
            self.watched.kubectl("apply", "-f", "-", given=json.dumps(_headless(component, port)))
        until(lambda: is_ready(WATCH.get("pod", "prometheus")), 120, "Prometheus is ready")

    def stop(self) -> None:
        WATCH.delete()

    def query(self, expr: str) -> list[dict[str, Any]]:
        """Return the instant vector, or with a range in `expr` the matrix."""
        path = f"/api/v1/namespaces/{WATCH.name}/pods/prometheus:9090/proxy/api/v1/query?query={quote(expr)}"
        answer = json.loads(run("kubectl", "get", "--raw", path))
        assert answer["status"] == "success", f"{expr}: {answer}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found


def _headless(component: str, port: int) -> dict[str, Any]:
    """Create a Service whose name resolves to every pod of the component, ready or not."""
    selector = {"app.kubernetes.io/part-of": "mercarich", "app.kubernetes.io/component": component}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"watch-{component}", "labels": {OURS: "watch"}},
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": selector,
            "ports": [{"port": port}],
        },
    }


def _config(watched: str) -> dict[str, Any]:
    """One scrape job for all pods; each series names its pod by address."""
    found = [
        {
            "names": [f"watch-{component}.{watched}.svc.cluster.local"],
            "type": "A",
            "port": port,
            "refresh_interval": "5s",
        }
        for component, port in SCRAPED.items()
    ]
    relabel = [
        {"target_label": "namespace", "replacement": watched},
        {"source_labels": ["__address__"], "target_label": "pod"},
    ]
    return {
        "global": {"scrape_interval": "5s", "scrape_timeout": "4s", "evaluation_interval": "5s"},
        "rule_files": ["/etc/prometheus-tier/rules.yaml"],
        "scrape_configs": [{"job_name": "pods", "dns_sd_configs": found, "relabel_configs": relabel}],
    }
