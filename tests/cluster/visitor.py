"""A visitor of the pages: a pod in the cluster that requests them through their Service, or from one replica."""

import json
import re
import subprocess
import time
from base64 import b32decode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.cluster.images import PREFIX
from tests.cluster.kube import is_ready, until
from tests.cluster.release import Release
from tests.cluster.watch import OURS

from mercarich_web.identity.codes import code_at

POD = "visitor"
PASSWORD = "correct horse battery"
KEY = re.compile(r'class="key[^"]*"[^>]*>([A-Z2-7]+)<')
"""The secret of an authenticator that is being set up."""
ENDED_SECONDS = 150.0
"""Two visitors, each of whom waits up to a minute for a response."""
_PROGRAM = Path(__file__).parent / "browse.py"
Answer = Mapping[str, Any]
"""status, location, cookie (the session's, where one was set), text"""


class Visitor:
    """Requests come from inside the cluster, as from an ingress controller. A port-forward would hold on to one
    replica."""

    def __init__(self, release: Release) -> None:
        self.release = release
        # Use the address: on a busy node the cluster's DNS drops queries, which says nothing about the pages.
        self.service = f"http://{release.space.get('service', release.name('pages'))['spec']['clusterIP']}"

    def start(self) -> None:
        """None of the release's NetworkPolicies selects this pod; web's image contains an HTTP client."""
        self.release.space.kubectl("delete", "pod", POD, "--ignore-not-found", "--grace-period=1")
        image = f"{PREFIX}web:{self.release.images.tag}"
        self.release.space.kubectl("create", "-f", "-", given=json.dumps(_pod(image)))
        until(lambda: is_ready(self.release.space.get("pod", POD)), 60, "the visitor is ready")

    def replicas(self) -> Sequence[str]:
        """Return the address of each ready replica."""
        pods = self.release.space.pods("pages")
        return [f"http://{pod['status']['podIP']}:8080" for pod in pods if is_ready(pod)]

    def get(self, base: str, path: str, cookie: str = "") -> Answer:
        return self._ask("get", base, path, cookie)

    def post(self, base: str, path: str, cookie: str = "", **fields: str) -> Answer:
        """Post a form, with the form token of another page when a session is given."""
        return self._ask("post", base, path, cookie, json.dumps(fields))

    def invited(self, username: str, *, operator: bool = False) -> str:
        """Accept an invitation from the command line, and set up the second step that operators must have. Return the
        session's cookie."""
        words = ["user", "invite", username, "--json", *(["--operator"] if operator else [])]
        link = json.loads(self.release.mercarich(*words))["link"]
        joined = self.post(self.service, f"/join/{link.rpartition('/')[2]}", password=PASSWORD)
        assert joined["status"] == 303, joined
        cookie = str(joined["cookie"])
        return self._with_second_step(cookie) if operator else cookie

    def _with_second_step(self, cookie: str) -> str:
        page = self.get(self.service, "/account/second-step", cookie)["text"]
        found = KEY.search(page)
        assert found is not None, page[:2000]
        secret = b32decode(found[1] + "=" * (-len(found[1]) % 8))
        done = self.post(self.service, "/account/second-step", cookie, code=code_at(secret, int(time.time()) // 30))
        assert done["status"] == 200, done
        return str(done["cookie"] or cookie)

    def sign_in(self, base: str, username: str) -> str:
        """Sign in and return the session's cookie."""
        answer = self.post(base, "/sign-in", username=username, password=PASSWORD)
        assert (answer["status"], answer["location"]) == (303, "/"), answer
        return str(answer["cookie"])

    def clicking(self, cookie: str) -> "Clicks":
        return Clicks(self.release, self.service, cookie)

    def _ask(self, *words: str) -> Answer:
        found: Answer = json.loads(self.release.space.inside(POD, "python3", "-c", _PROGRAM.read_text(), *words))
        return found


class Clicks:
    """Visitors who request page after page until the end of the block; `figures` are complete after it."""

    def __init__(self, release: Release, base: str, cookie: str) -> None:
        inside = ["python3", "-c", _PROGRAM.read_text(), "click", base, cookie]
        self._command = ["kubectl", "-n", release.space.name, "exec", "-i", POD, "--", *inside]
        self.figures: Mapping[str, Any] = {}

    def __enter__(self) -> "Clicks":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        try:
            said, wrong = self._process.communicate(timeout=ENDED_SECONDS)
        finally:
            self._process.kill()
        assert self._process.returncode == 0, wrong[-3000:]
        self.figures = json.loads(said)


def _pod(image: str) -> Mapping[str, Any]:
    user = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {
        "name": POD,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "86400"],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "resources": {"requests": {"cpu": "10m"}, "limits": {"memory": "128Mi"}},
    }
    spec = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 1,
        "securityContext": user,
        "containers": [container],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": POD, "labels": {OURS: POD}},
        "spec": spec,
    }
