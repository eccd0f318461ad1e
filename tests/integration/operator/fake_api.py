"""A small Kubernetes API over HTTP: the operator's resources, its Role, watches with bookmarks, faults."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.integration.operator.fake_objects import Objects, Refused

ADMIN, OPERATOR = "admin-token", "operator-token"
ROLE = {
    "deployments": {"get", "list", "watch"},
    "deployments/scale": {"get", "patch"},
    "horizontalpodautoscalers": {"get", "list", "watch", "create", "patch"},
    "events": {"create", "patch"},
    "cronjobs": {"list"},
    "jobs": {"create", "list"},
}
_PATH = re.compile(
    r"/apis?/(?:[^/]+/)?v\d/namespaces/(?P<ns>[^/]+)/(?P<resource>[a-z]+)(?:/(?P<name>[^/]+)(?P<scale>/scale)?)?$"
)
_KINDS = {
    "deployments": "Deployment",
    "horizontalpodautoscalers": "HorizontalPodAutoscaler",
    "events": "Event",
    "namespaces": "Namespace",
    "cronjobs": "CronJob",
    "jobs": "Job",
}
_GROUPS = {"apps": ("v1", "deployments"), "autoscaling": ("v2", "horizontalpodautoscalers")}


class FakeApi:
    """Serve one namespace until `stop`. `writes`: what the operator wrote; `faults`: statuses to respond with."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.objects = Objects()
        self.writes: list[str] = []
        self.refused: list[str] = []
        self.fault: int | None = None
        """Every call of the operator gets this status."""
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        with self.objects.changed:
            self.objects.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def authorise(self, token: str, verb: str, resource: str) -> None:
        if token == ADMIN:
            return
        if self.fault is not None:
            raise Refused(self.fault, "Fault", "a fault of this test")
        if verb not in ROLE.get(resource, set()):
            self.refused.append(f"{verb} {resource}")
            raise Refused(403, "Forbidden", f"the operator may not {verb} {resource}")
        if verb in ("create", "patch") and resource != "events":
            self.writes.append(f"{verb} {resource}")


class _Handler(BaseHTTPRequestHandler):
    api: FakeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def do_PATCH(self) -> None:
        self._do("PATCH")

    def do_DELETE(self) -> None:
        self._do("DELETE")

    def _do(self, method: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        try:
            self._route(method, body)
        except Refused as error:
            status: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "metadata": {}}
            status |= {"code": error.status, "reason": error.reason, "message": str(error)}
            self._answer(error.status, status)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _route(self, method: str, body: Any) -> None:
        split = urlsplit(self.path)
        self.query = {key: values[0] for key, values in parse_qs(split.query).items()}
        found = _PATH.match(split.path)
        if found is None or found["ns"] != self.api.namespace:
            self._discovery(split.path)
            return
        resource, name = found["resource"], found["name"]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        asked = resource + (found["scale"] or "")
        self.api.authorise(token, _verb(method, name, self.query), asked)
        if found["scale"]:
            self._scale(method, name, body)
        elif method == "GET":
            self._read(resource, name)
        else:
            self._write(method, resource, name, body)

    def _read(self, resource: str, name: str | None) -> None:
        if name:
            self._answer(200, self.api.objects.get(resource, name))
        elif self.query.get("watch"):
            self._watch(resource)
        else:
            metadata = {"resourceVersion": str(self.api.objects.version)}
            items = self.api.objects.find(resource, self.query.get("labelSelector", ""))
            self._answer(200, {"kind": f"{_KINDS[resource]}List", "metadata": metadata, "items": items})

    def _write(self, method: str, resource: str, name: str, body: Any) -> None:
        kind = self.headers.get("Content-Type", "")
        if method == "DELETE":
            self.api.objects.delete(resource, name)
            self._answer(200, {"kind": "Status", "status": "Success"})
        elif method == "POST":
            self._answer(201, self.api.objects.create(resource, body))
        elif kind == "application/apply-patch+yaml":
            manager, force = self.query["fieldManager"], self.query.get("force") == "true"
            made, new = self.api.objects.apply(resource, name, body, manager, force=force)
            self._answer(201 if new else 200, made)
        else:
            self._answer(200, self.api.objects.merge(resource, name, body))

    def _scale(self, method: str, name: str, body: Any) -> None:
        if method == "PATCH":
            self.api.objects.merge("deployments", name, {"spec": {"replicas": body["spec"]["replicas"]}})
        replicas = self.api.objects.get("deployments", name)["spec"]["replicas"]
        self._answer(200, {"kind": "Scale", "apiVersion": "autoscaling/v1", "spec": {"replicas": replicas}})

    def _watch(self, resource: str) -> None:
        version = int(self.query.get("resourceVersion") or self.api.objects.version)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        ends = time.monotonic() + float(self.query.get("timeoutSeconds", "60"))
        while not self.api.stopped.is_set() and time.monotonic() < ends and self.api.fault is None:
            try:
                changes = self.api.objects.since(version, resource)
            except Refused as error:
                self._line("ERROR", {"kind": "Status", "code": error.status, "message": str(error)})
                break
            for kind, each in changes:
                self._line(kind, each)
            with self.api.objects.changed:
                version = self.api.objects.version
                self._line("BOOKMARK", {"metadata": {"resourceVersion": str(version)}, **_type(resource)})
                self.api.objects.changed.wait(0.5)
        self.wfile.write(b"0\r\n\r\n")

    def _line(self, kind: str, each: Any) -> None:
        line = json.dumps({"type": kind, "object": each}).encode() + b"\n"
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def _discovery(self, path: str) -> None:
        answers: dict[str, Any] = {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/api/v1": _resources("v1", "events", "namespaces"),
            "/apis": {"kind": "APIGroupList", "groups": [_group(name, v) for name, (v, _) in _GROUPS.items()]},
        } | {f"/apis/{name}/{v}": _resources(f"{name}/{v}", what) for name, (v, what) in _GROUPS.items()}
        if path not in answers:
            raise Refused(404, "NotFound", f"there is no {path}")
        self._answer(200, answers[path])

    def _answer(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Kept quiet: tests look at the responses."""


def _verb(method: str, name: str | None, query: dict[str, str]) -> str:
    if method == "GET":
        return "get" if name else "watch" if query.get("watch") else "list"
    return {"POST": "create", "PATCH": "patch", "DELETE": "delete"}[method]


def _type(resource: str) -> dict[str, str]:
    version = {"deployments": "apps/v1", "horizontalpodautoscalers": "autoscaling/v2"}.get(resource, "v1")
    return {"apiVersion": version, "kind": _KINDS[resource]}


def _group(name: str, version: str) -> dict[str, Any]:
    known = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [known], "preferredVersion": known}


def _resources(version: str, *names: str) -> dict[str, Any]:
    verbs = ["get", "list", "watch", "create", "patch", "delete"]
    found = [
        {"name": name, "kind": _KINDS[name], "singularName": _KINDS[name].lower(), "namespaced": True, "verbs": verbs}
        for name in names
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": found}
