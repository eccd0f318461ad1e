"""The cluster of the current kubeconfig: kubectl and helm in one namespace, and waiting for conditions."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Object = Mapping[str, Any]
T = TypeVar("T")
CALL_SECONDS = 120.0
PAUSE_SECONDS = 0.3


class NotInTime(AssertionError):
    """A condition did not become true in time."""


class Refused(Exception):
    """A command ended with an exit code other than 0; the text contains its output."""

    def __init__(self, command: Sequence[str], code: int, text: str) -> None:
        super().__init__(f"{' '.join(command)[:300]}: exit code {code}: {text[-3000:]}")
        self.code = code
        self.text = text


def until(holds: Callable[[], T | None], seconds: float, what: str) -> T:
    """Call until the result is true, and return it. A failed call counts as false. Raises `NotInTime` with the last
    result."""
    deadline = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            found = holds()
            if found:
                return found
            last = found
        except (Refused, subprocess.TimeoutExpired) as away:
            last = away
        if time.monotonic() > deadline:
            raise NotInTime(f"not within {seconds:g} s: {what} (last: {last})")
        time.sleep(PAUSE_SECONDS)


def run(*command: str, given: str | None = None, seconds: float = CALL_SECONDS) -> str:
    """Run kubectl and return its standard output. Raises `Refused`."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise Refused(command, done.returncode, done.stdout + done.stderr)
    return done.stdout


def missing_tools() -> list[str]:
    return [name for name in ("kubectl", "helm") if shutil.which(name) is None]


@dataclass(frozen=True)
class Namespace:
    name: str

    def kubectl(self, *words: str, given: str | None = None, seconds: float = CALL_SECONDS) -> str:
        return run("kubectl", "-n", self.name, *words, given=given, seconds=seconds)

    def helm(self, *words: str, seconds: float = 600) -> str:
        return run("helm", "-n", self.name, *words, seconds=seconds)

    def get(self, kind: str, name: str) -> Object:
        found: Object = json.loads(self.kubectl("get", kind, name, "-o", "json"))
        return found

    def all(self, kind: str, selector: str = "") -> list[Object]:
        """Return objects in no order; `selector` as for kubectl's -l."""
        words = ["get", kind, "-o", "json", *(["-l", selector] if selector else [])]
        items: list[Object] = json.loads(self.kubectl(*words))["items"]
        return items

    def pods(self, component: str) -> list[Object]:
        """Return the pods that are not terminating."""
        found = self.all("pods", f"app.kubernetes.io/component={component}")
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def inside(self, target: str, *command: str, seconds: float = CALL_SECONDS) -> str:
        """Run a command in a pod (or `deploy/NAME`)."""
        return self.kubectl("exec", target, "--", *command, seconds=seconds)

    def create(self) -> None:
        """Create a namespace that enforces the pod security standard `restricted`."""
        run("kubectl", "create", "namespace", self.name)
        label = "pod-security.kubernetes.io/enforce=restricted"
        run("kubectl", "label", "namespace", self.name, label)

    def delete(self) -> None:
        """Delete the namespace at once, without waiting for its pods to finish."""
        delete = ("kubectl", "delete", "namespace", self.name, "--ignore-not-found")
        run(*delete, "--wait=false")
        self.kubectl("delete", "pods", "--all", "--grace-period=0", "--force")
        run(*delete, seconds=300)


def is_ready(pod: Object) -> bool:
    conditions = pod["status"].get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def restarts(pod: Object) -> int:
    return sum(one["restartCount"] for one in pod["status"].get("containerStatuses", []))


def job_condition(job: Object) -> str | None:
    """Return Complete or Failed; None while the Job runs."""
    held = [one["type"] for one in job["status"].get("conditions", []) if one["status"] == "True"]
    return next((kind for kind in ("Complete", "Failed") if kind in held), None)
