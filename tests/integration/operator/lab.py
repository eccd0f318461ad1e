"""A namespace for tests of the operator, on the fake API or on a real cluster (KUBECONFIG)."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import kopf
from tests.integration.operator.fake_api import ADMIN, OPERATOR, ROLE, FakeApi

from mercarich_contracts.schedule import SCHEDULE

PREFIX = "mercarich.dev/"
_GROUP = {
    "deployments": "apps",
    "deployments/scale": "apps",
    "horizontalpodautoscalers": "autoscaling",
    "events": "",
    "cronjobs": "batch",
    "jobs": "batch",
}


class Lab:
    """`kubeconfig`: the operator's, with exactly the Role's rights."""

    fake: FakeApi | None = None

    def __init__(self, folder: Path, namespace: str, client: httpx.Client) -> None:
        self.kubeconfig = folder / "operator-kubeconfig"
        self.namespace = namespace
        self.client = client

    def close(self) -> None:
        self.client.close()
        if self.fake:
            self.fake.stop()

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        answer = self.client.request(method, path, json=body, headers={"Content-Type": kind})
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def deployments(self, name: str = "") -> str:
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{name}".rstrip("/")

    def autoscalers(self, name: str = "") -> str:
        return f"/apis/autoscaling/v2/namespaces/{self.namespace}/horizontalpodautoscalers/{name}".rstrip("/")

    def pool(self, name: str = "checker-yahoo", *, more: Mapping[str, str] = {}, **annotations: str) -> str:
        """Create a pool's Deployment, with further labels. Return its name."""
        given = {
            "settings-key": "INVCHK_YAHOO_WORKER",
            "bounds": "1..24",
            "topic": "check.yahoo",
            "group": "checker-yahoo",
            "per-replica-target": "50",
            "connections": "10",
        } | {key.replace("_", "-"): value for key, value in annotations.items()}
        labels = {"app": name}
        container = {"name": "worker", "image": "localhost/none:1", "resources": {"requests": {"cpu": "1m"}}}
        body = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": name,
                "labels": {f"{PREFIX}worker-pool": name, **more},
                "annotations": {PREFIX + key: value for key, value in given.items()},
            },
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        }
        self.call("POST", self.deployments(), body)
        return name

    def batch(self, resource: str, name: str = "") -> str:
        """Return objects of `cronjobs` or `jobs`."""
        return f"/apis/batch/v1/namespaces/{self.namespace}/{resource}/{name}".rstrip("/")

    def cron_job(self, row: str, name: str = "", *, more: Mapping[str, str] = {}, **spec: Any) -> Any:
        """Create a row's CronJob as the chart does, with a schedule that never fires."""
        [command] = [one.command for one in SCHEDULE if one.name == row]
        container = {"name": "run", "image": "localhost/none:1", "command": ["mercarich", *command]}
        container["env"] = [{"name": "MERCARICH_SCHEDULE", "value": row}]
        pod = {
            "metadata": {"labels": {"app": row}},
            "spec": {"restartPolicy": "Never", "containers": [container]},
        }
        body = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {
                "name": name or f"rel-{row}",
                "labels": {f"{PREFIX}schedule": row, **more},
            },
            "spec": {
                "schedule": "0 0 30 2 *",
                "suspend": True,
                "concurrencyPolicy": "Forbid",
                "jobTemplate": {
                    "metadata": {"labels": {"row": row}},
                    "spec": {"backoffLimit": 2, "activeDeadlineSeconds": 60, "template": pod},
                },
                **spec,
            },
        }
        return self.call("POST", self.batch("cronjobs"), body)

    def jobs(self) -> list[Any]:
        found: list[Any] = self.call("GET", self.batch("jobs"))["items"]
        return found

    def annotate(self, name: str, key: str, value: str) -> None:
        body = {"metadata": {"annotations": {PREFIX + key: value}}}
        self.call("PATCH", self.deployments(name), body, "application/merge-patch+json")

    def scale(self, name: str, replicas: int) -> None:
        body = {"spec": {"replicas": replicas}}
        self.call("PATCH", self.deployments(name), body, "application/merge-patch+json")

    def replicas(self, name: str) -> int:
        return int(self.call("GET", self.deployments(name))["spec"]["replicas"])

    def autoscaler(self, name: str) -> Any:
        """None when there is none."""
        answer = self.client.get(self.autoscalers(name))
        return answer.json() if answer.is_success else None

    def bounds(self, name: str) -> tuple[int, int] | None:
        found = self.autoscaler(name)
        return (found["spec"]["minReplicas"], found["spec"]["maxReplicas"]) if found else None

    def reason(self, name: str) -> str:
        found = self.autoscaler(name)
        return str(found["metadata"]["annotations"][f"{PREFIX}reason"]) if found else ""

    def events(self, name: str) -> list[tuple[str, str, str]]:
        """Return (type, reason, message) of the operator's events on this Deployment."""
        found = self.call("GET", f"/api/v1/namespaces/{self.namespace}/events")["items"]
        ours = [e for e in found if e.get("source", {}).get("component") == "mercarich-operator"]
        return [(e["type"], e["reason"], e["message"]) for e in ours if e["involvedObject"]["name"] == name]


def fake_lab(folder: Path) -> Lab:
    namespace = f"lab-{uuid4().hex[:8]}"
    api = FakeApi(namespace)
    client = httpx.Client(base_url=api.url, headers={"Authorization": f"Bearer {ADMIN}"})
    lab = Lab(folder, namespace, client)
    lab.fake = api
    _write_kubeconfig(lab, {"server": api.url}, OPERATOR)
    return lab


def real_lab(folder: Path) -> Lab:
    """A new namespace with the operator's service account, Role and token."""
    info = kopf.login_with_kubeconfig(settings=kopf.OperatorSettings())
    assert info is not None, f"KUBECONFIG={os.environ.get('KUBECONFIG')} cannot be used"
    client = httpx.Client(
        base_url=info.server, headers=info.as_http_headers(), verify=info.as_ssl_context(), timeout=30
    )
    lab = Lab(folder, f"operator-{uuid4().hex[:8]}", client)
    name, core = {"metadata": {"name": "operator"}}, f"/api/v1/namespaces/{lab.namespace}"
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{lab.namespace}"
    lab.call("POST", "/api/v1/namespaces", {"metadata": {"name": lab.namespace}})
    lab.call("POST", f"{core}/serviceaccounts", name)
    rules = [{"apiGroups": [_GROUP[what]], "resources": [what], "verbs": sorted(verbs)} for what, verbs in ROLE.items()]
    lab.call("POST", f"{rbac}/roles", {**name, "rules": rules})
    subject = {"kind": "ServiceAccount", "name": "operator", "namespace": lab.namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "operator"}
    lab.call("POST", f"{rbac}/rolebindings", {**name, "subjects": [subject], "roleRef": role})
    token = lab.call("POST", f"{core}/serviceaccounts/operator/token", {"spec": {"expirationSeconds": 3600}})
    ca = {"certificate-authority-data": info.ca_data} if info.ca_data else {"certificate-authority": str(info.ca_path)}
    _write_kubeconfig(lab, {"server": info.server, **ca}, token["status"]["token"])
    return lab


def remove(lab: Lab) -> None:
    if lab.fake is None:
        lab.call("DELETE", f"/api/v1/namespaces/{lab.namespace}")
    lab.close()


def _write_kubeconfig(lab: Lab, cluster: dict[str, Any], token: str) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab", "namespace": lab.namespace}}],
        "clusters": [{"name": "lab", "cluster": cluster}],
        "users": [{"name": "lab", "user": {"token": token}}],
    }
    lab.kubeconfig.write_text(json.dumps(config))
