"""A Prometheus as a pod in a namespace of its own, which finds the release's pods by their annotations."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from tests.cluster.images import PROMETHEUS, ROOT
from tests.cluster.kube import Namespace, is_ready, run, until

WATCH = Namespace("mercarich-watch")
RULES = ROOT / "charts/mercarich/alerts/mercarich.yaml"
_OBJECTS = Path(__file__).parent / "prometheus.yaml"


class Watch:
    """Questions go through the API server to the pod."""

    def __init__(self, watched: Namespace) -> None:
        self.watched = watched

    def start(self) -> None:
        """The watched namespace exists already; its Role for the watcher is made here."""
        self.stop()
        WATCH.create()
        texts = {"prometheus.yml": yaml.safe_dump(_config(self.watched.name)), "rules.yaml": RULES.read_text()}
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "prometheus"}, "data": texts}
        WATCH.kubectl("create", "-f", "-", given=json.dumps(config))
        objects = _OBJECTS.read_text().replace("WATCHED", self.watched.name).replace("IMAGE", PROMETHEUS)
        run("kubectl", "apply", "-f", "-", given=objects)
        until(lambda: is_ready(WATCH.get("pod", "prometheus")), 120, "Prometheus is ready")

    def stop(self) -> None:
        WATCH.delete()

    def query(self, expr: str) -> list[dict[str, Any]]:
        """The instant vector, or with a range in `expr` the matrix."""
        path = f"/api/v1/namespaces/{WATCH.name}/pods/prometheus:9090/proxy/api/v1/query?query={quote(expr)}"
        answer = json.loads(run("kubectl", "get", "--raw", path))
        assert answer["status"] == "success", f"{expr}: {answer}"
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found


def _config(watched: str) -> dict[str, Any]:
    """Pods with prometheus.io/scrape, as many clusters have it; each series says which pod it is of."""
    meta = "__meta_kubernetes_"
    port = f"{meta}pod_annotation_prometheus_io_port"
    relabel = [
        {"source_labels": [f"{meta}pod_annotation_prometheus_io_scrape"], "action": "keep", "regex": "true"},
        {"source_labels": [f"{meta}pod_phase"], "action": "keep", "regex": "Running"},
        {"source_labels": [f"{meta}pod_container_init"], "action": "drop", "regex": "true"},
        {"source_labels": [f"{meta}pod_ip", port], "separator": ":", "target_label": "__address__"},
        {"source_labels": [f"{meta}namespace"], "target_label": "namespace"},
        {"source_labels": [f"{meta}pod_name"], "target_label": "pod"},
    ]
    discovery = {"role": "pod", "namespaces": {"names": [watched]}}
    job = {"job_name": "pods", "kubernetes_sd_configs": [discovery], "relabel_configs": relabel}
    return {
        "global": {"scrape_interval": "5s", "scrape_timeout": "4s", "evaluation_interval": "5s"},
        "rule_files": ["/etc/prometheus-tier/rules.yaml"],
        "scrape_configs": [job],
    }
