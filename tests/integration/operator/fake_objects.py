"""Objects of a fake Kubernetes API: server-side apply with field ownership, garbage collection, the scale rule."""

import copy
import threading
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str]
"""Resource (plural) and name; there is only one namespace."""


MADE = "2026-01-01T00:00:00Z"


class Refused(Exception):
    """The response is an error with this status."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Objects:
    """Thread-safe. Every change has a number and is kept for watches until `forget`."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.version = 100
        self._forgotten = 0
        self._objects: dict[Key, Object] = {}
        self._changes: list[tuple[int, str, str, Object]] = []

    def find(self, resource: str, selector: str) -> list[Object]:
        with self.changed:
            found = [copy.deepcopy(each) for (kind, _), each in sorted(self._objects.items()) if kind == resource]
        return [each for each in found if matches(each, selector)]

    def get(self, resource: str, name: str) -> Object:
        with self.changed:
            if (resource, name) not in self._objects:
                raise Refused(404, "NotFound", f'{resource} "{name}" not found')
            return copy.deepcopy(self._objects[resource, name])

    def create(self, resource: str, body: Object) -> Object:
        with self.changed:
            name = body["metadata"]["name"]
            if (resource, name) in self._objects:
                raise Refused(409, "AlreadyExists", f'{resource} "{name}" already exists')
            made = copy.deepcopy(body)
            made["metadata"] |= {"uid": str(uuid.uuid4()), "managedFields": [], "creationTimestamp": MADE}
            if resource == "deployments":
                made["spec"].setdefault("replicas", 1)
                made["status"] = {}
            return self._keep("ADDED", resource, made)

    def merge(self, resource: str, name: str, patch: Object) -> Object:
        with self.changed:
            found = self.get(resource, name)
            merged = _merged(found, patch)
            return found if merged == found else self._keep("MODIFIED", resource, merged)

    def apply(self, resource: str, name: str, wanted: Object, manager: str, *, force: bool) -> tuple[Object, bool]:
        """Server-side apply. Return the object, and whether it is new."""
        with self.changed:
            new = (resource, name) not in self._objects
            found: Object = (
                {"metadata": {"name": name, "uid": str(uuid.uuid4()), "managedFields": []}}
                if new
                else self.get(resource, name)
            )
            _check(resource, wanted)
            managed = {each["manager"]: set(each["fields"]) for each in found["metadata"]["managedFields"]}
            leaves = dict(_leaves(wanted))
            theirs = {m: f for m, f in managed.items() if m != manager}
            crossed = [p for p, v in leaves.items() for f in theirs.values() if p in f and _at(found, p) != v]
            if crossed and not force:
                raise Refused(409, "Conflict", f"conflict with {sorted(theirs)}: {crossed}")
            result = copy.deepcopy(found)
            for path in managed.get(manager, set()) - leaves.keys():
                if not any(path in fields for fields in theirs.values()):
                    _drop(result, path)
            for path, value in leaves.items():
                _put(result, path, copy.deepcopy(value))
            for path in crossed:
                for fields in theirs.values():
                    fields.discard(path)
            managed = {**theirs, manager: set(leaves)}
            result["metadata"]["managedFields"] = [{"manager": m, "fields": sorted(f)} for m, f in managed.items()]
            return (found if result == found else self._keep("ADDED" if new else "MODIFIED", resource, result)), new

    def delete(self, resource: str, name: str) -> None:
        """Delete an object and everything that it owns."""
        with self.changed:
            gone = self.get(resource, name)
            del self._objects[resource, name]
            self._note("DELETED", resource, gone)
            for (kind, owned), each in list(self._objects.items()):
                if any(o["uid"] == gone["metadata"]["uid"] for o in each["metadata"].get("ownerReferences", [])):
                    self.delete(kind, owned)

    def since(self, version: int, resource: str) -> list[tuple[str, Object]]:
        """Return the changes after this version. Raises `Refused` 410 when they are no longer known."""
        with self.changed:
            if version < self._forgotten:
                raise Refused(410, "Expired", f"too old resource version: {version}")
            return [(kind, each) for number, kind, what, each in self._changes if number > version and what == resource]

    def forget(self) -> None:
        """Forget old changes, as a compaction of etcd does: older watches must list again."""
        with self.changed:
            self.version += 1
            self._forgotten = self.version
            self._changes.clear()

    def _keep(self, kind: str, resource: str, each: Object) -> Object:
        self._objects[resource, each["metadata"]["name"]] = each
        self._note(kind, resource, each)
        if resource in ("horizontalpodautoscalers", "deployments"):
            self._autoscale(each["metadata"]["name"])
        return copy.deepcopy(each)

    def _note(self, kind: str, resource: str, each: Object) -> None:
        self.version += 1
        each["metadata"]["resourceVersion"] = str(self.version)
        self._changes.append((self.version, kind, resource, copy.deepcopy(each)))
        self.changed.notify_all()

    def _autoscale(self, name: str) -> None:
        """The autoscaler's first rule: within the bounds at once, unless the target is at 0."""
        autoscaler = self._objects.get(("horizontalpodautoscalers", name))
        deployment = self._objects.get(("deployments", name))
        if autoscaler is None or deployment is None or deployment["spec"]["replicas"] == 0:
            return
        spec, replicas = autoscaler["spec"], deployment["spec"]["replicas"]
        inside = max(spec["minReplicas"], min(spec["maxReplicas"], replicas))
        if inside != replicas:
            self.merge("deployments", name, {"spec": {"replicas": inside}})


def matches(each: Object, selector: str) -> bool:
    labels = each["metadata"].get("labels", {})
    terms = [term.partition("=") for term in selector.split(",") if term]
    return all(labels.get(key) == value if equals else key in labels for key, equals, value in terms)


def _check(resource: str, wanted: Object) -> None:
    spec = wanted.get("spec", {})
    if resource == "horizontalpodautoscalers" and not 1 <= spec.get("minReplicas", 1) <= spec.get("maxReplicas", 0):
        raise Refused(422, "Invalid", "spec.maxReplicas: must be greater than or equal to minReplicas, which is >= 1")


def _merged(found: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    result = dict(found) if isinstance(found, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), value)
    return result


def _leaves(each: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(each, Mapping):
        for key, value in each.items():
            yield from _leaves(value, (*path, key))
    elif path not in (("apiVersion",), ("kind",), ("metadata", "name")):
        yield path, each


def _at(each: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        each = each.get(key) if isinstance(each, Mapping) else None
    return each


def _put(each: Object, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        each = each.setdefault(key, {})
    each[path[-1]] = value


def _drop(each: Object, path: tuple[str, ...]) -> None:
    parent = _at(each, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
