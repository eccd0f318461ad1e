"""The cluster of the current kubeconfig: kubectl and helm in one namespace, and waiting on what they say."""

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
    """A condition did not come to hold within its bound."""


class Refused(Exception):
    """A command ended with an exit code other than 0; the text has what it wrote."""

    def __init__(self, command: Sequence[str], code: int, text: str) -> None:
        super().__init__(f"{' '.join(command)[:300]}: exit code {code}: {text[-3000:]}")
        self.code = code
        self.text = text


def until(holds: Callable[[], T | None], seconds: float, what: str) -> T:
    """The first true answer. What is away meanwhile is no answer. Raises `NotInTime`, with the last of it."""
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
    """What the command wrote to its standard output. Raises `Refused`."""
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
        """In no order; `selector` as for kubectl's -l."""
        words = ["get", kind, "-o", "json", *(["-l", selector] if selector else [])]
        items: list[Object] = json.loads(self.kubectl(*words))["items"]
        return items

    def pods(self, component: str) -> list[Object]:
        """Those that are not on their way out."""
        found = self.all("pods", f"app.kubernetes.io/component={component}")
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def inside(self, target: str, *command: str, seconds: float = CALL_SECONDS) -> str:
        """Run a command in a pod (or `deploy/NAME`)."""
        return self.kubectl("exec", target, "--", *command, seconds=seconds)

    def create(self) -> None:
        """Pod security `restricted`, enforced."""
        run("kubectl", "create", "namespace", self.name)
        label = "pod-security.kubernetes.io/enforce=restricted"
        run("kubectl", "label", "namespace", self.name, label)

    def delete(self) -> None:
        """At once: nobody waits for what its pods would still finish."""
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
    """Complete or Failed; None while it runs."""
    held = [one["type"] for one in job["status"].get("conditions", []) if one["status"] == "True"]
    return next((kind for kind in ("Complete", "Failed") if kind in held), None)
