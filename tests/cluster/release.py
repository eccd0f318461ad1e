"""The installed release as its users see it: its pods, its settings, its database, the simulated market's ledger."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tests.cluster.images import ROOT, Images
from tests.cluster.kube import Namespace, Object, Refused, is_ready, job_condition, restarts, until

RELEASE = "mercarich"
CHART = ROOT / "charts/mercarich"
VALUES = Path(__file__).parent / "values.yaml"
READY_SECONDS = 300.0
SHORT_WAITS = {
    "CHECK_BATCH_ITEMS": "20",
    "INV_QUEUE_ENOUGH_JOB_COUNT": "20",
    "CHECK_REPUBLISH_SECONDS": "5",
    "CHECK_RETRY_SECONDS": "1",
    "CANARY_RETRY_SECONDS": "1",
    "FEED_POLL_SECONDS": "1",
    "WATCH_SHARE": "0",  # so that a run looks at everything; one test has the watch at work
}
NEVER = ("wrong_withdrawals", "wrong_restores", "double_pushes", "stale_overwrites", "fields_lost")
_POOLS_HPAS = "app.kubernetes.io/managed-by=mercarich-operator"
OWNED = "mercarich.dev/release"
"""Label of what a release, or its operator, created."""
USAGE = 2
"""A command's exit code for words or values that cannot be."""
_LEVER = """
import sys, urllib.request as u
path, body = sys.argv[1], sys.argv[2].encode() or None
print(u.urlopen(u.Request("http://127.0.0.1:8100" + path, body), timeout=60).read().decode())
"""


@dataclass
class Release:
    space: Namespace
    images: Images
    word: str = RELEASE
    """The release's name."""
    values: Path = VALUES
    installed_at: float = field(default=0.0, init=False)

    def is_there(self) -> bool:
        return self.word in self.space.helm("list", "--short").split()

    def install(self) -> None:
        self.installed_at = time.time()
        self.space.helm("install", self.word, str(CHART), *self._values(self.images.tag))

    def upgrade(self, tag: str, *more: str) -> None:
        self.space.helm("upgrade", self.word, str(CHART), *self._values(tag), *more)

    def name(self, component: str) -> str:
        """Return the name of an object. A release whose name has the chart's in it is called by it alone."""
        return f"{self.word}-{component}"

    def owned(self, kind: str, selector: str = "") -> list[Object]:
        """Return the objects that this release or its operator created."""
        return self.space.all(kind, ",".join(filter(None, (f"{OWNED}={self.word}", selector))))

    def wait_seeded(self) -> None:
        """Wait until the Jobs of the installation are done."""
        until(lambda: self._jobs_done(), READY_SECONDS, "migrations, topics and sample data are there")
        # There are no replacements here: the market's ledger judges an offer by the source it had at the start.
        self.sql("INSERT IGNORE INTO settings VALUES ('REVIVAL_DAYS', '0', NOW(6), 'cluster-tier')")

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until every Deployment and StatefulSet has its pods, of its newest template, and the HPAs are
        unchanged."""
        self.wait_seeded()
        until(lambda: not self.not_ready(), seconds, f"all are ready: {self.not_ready()}")
        wanted = len(self.worker_pools())
        until(lambda: len(self.owned("hpa", _POOLS_HPAS)) == wanted, seconds, "the operator has made the HPAs")

    def not_ready(self) -> list[str]:
        return [
            one["metadata"]["name"]
            for kind in ("deployments", "statefulsets")
            for one in self.owned(kind)
            if not _settled(one)
        ]

    def standing_pods(self) -> list[Object]:
        """Return all pods but those of Jobs."""
        ours = f"app.kubernetes.io/instance={self.word}"
        return [pod for pod in self.space.all("pods", ours) if "job-name" not in pod["metadata"].get("labels", {})]

    def must_stand(self) -> None:
        """Wait until all pods are ready, including those that an autoscaler adds meanwhile, and none has restarted."""
        until(lambda: all(map(is_ready, self.standing_pods())), 60, "every pod is ready")
        assert [pod["metadata"]["name"] for pod in self.standing_pods() if restarts(pod)] == []

    def mercarich(self, *words: str) -> str:
        """Run `mercarich …` in the toolbox."""
        return self.space.inside(f"deploy/{self.name('toolbox')}", "mercarich", *words)

    def set(self, key: str, value: str) -> None:
        """Set it. Raises `Refused` for a value that cannot be. Anything else is tried for at most a minute: on a node
        that is short of processors the database is away for moments."""
        words = ("settings", "set", key, value, "--by", "cluster-tier")

        def tried() -> Refused | Literal["set"]:
            try:
                self.mercarich(*words)
            except Refused as refused:
                if refused.code == USAGE:
                    return refused
                raise
            return "set"

        outcome = until(tried, 60, f"{key} is set")
        if isinstance(outcome, Refused):
            raise outcome

    def forget_settings(self, key: str) -> None:
        """Set a pool back to its defaults."""
        self.sql(f"DELETE FROM settings WHERE `key` LIKE '{key}%'")

    def pools(self) -> Mapping[str, Mapping[str, Any]]:
        """Return `mercarich pools`, by name."""
        return {row["pool"]: row for row in json.loads(self.mercarich("pools", "--json"))["pools"]}

    @property
    def database(self) -> str:
        """The database's pod."""
        return f"{self.name('mariadb')}-0"

    @property
    def market(self) -> str:
        """The simulator's pod, or its Deployment."""
        return f"deploy/{self.name('simulator')}"

    def sql(self, query: str) -> list[list[str]]:
        """Return rows as texts, queried in the database's pod."""
        client = ["mariadb", "--no-defaults", "--socket=/run/mysqld/mysqld.sock", "-uroot", "-pdevelopment"]
        found = self.space.inside(self.database, *client, "-N", "-B", "mercarich", "-e", query)
        return [line.split("\t") for line in found.splitlines()]

    def lever(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Call one of the simulator's controls, /_sim/…."""
        given = json.dumps(body) if body is not None else ""
        return json.loads(self.space.inside(self.market, "python3", "-c", _LEVER, f"/_sim/{path}", given))

    def sell(self, marketplace: str, share: float) -> int:
        event = {"marketplace": marketplace, "kind": "sold", "share": share}
        return int(self.lever("events", event)["count"])

    def hpa(self, pool: str) -> Object:
        return self.space.get("hpa", self.name(pool))

    def hpa_with_fields(self, pool: str) -> Object:
        """Return the writes with their writers and times."""
        found: Object = json.loads(
            self.space.kubectl("get", "hpa", self.name(pool), "-o", "json", "--show-managed-fields")
        )
        return found

    def bounds(self, pool: str) -> tuple[int, int]:
        spec = self.hpa(pool)["spec"]
        return spec["minReplicas"], spec["maxReplicas"]

    def ready_workers(self, pool: str) -> int:
        pods = self.space.pods(pool)
        return sum(map(is_ready, pods)) if len(pods) == sum(map(is_ready, pods)) else -1

    def metrics(self, component: str) -> str:
        """Return the metrics that the component's first pod exports."""
        code = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9100/metrics').read().decode())"
        return self.space.inside(f"deploy/{self.name(component)}", "python3", "-c", code)

    def worker_pools(self) -> list[str]:
        """Return every Deployment for which the operator makes an HPA."""
        labels = [one["metadata"].get("labels", {}) for one in self.owned("deployments")]
        return [found for label in labels if (found := label.get("mercarich.dev/worker-pool"))]

    def _jobs_done(self) -> bool:
        """Return the newest Job of each name: an upgrade to another image has Jobs of its own."""
        newest: dict[str, Object] = {}
        for job in sorted(self.owned("jobs"), key=lambda one: one["metadata"]["creationTimestamp"]):
            newest[job["metadata"]["labels"].get("app.kubernetes.io/component", "")] = job
        conditions = {name: job_condition(job) for name, job in newest.items() if name in INSTALLING}
        assert "Failed" not in conditions.values(), conditions
        return len(conditions) == len(INSTALLING) and set(conditions.values()) == {"Complete"}

    def _values(self, tag: str) -> Sequence[str]:
        return ("--values", str(self.values), "--set", f"image.tag={tag}")


INSTALLING = ("migrate", "topics", "seed")


def _settled(workload: Object) -> bool:
    status, spec = workload["status"], workload["spec"]
    wanted = spec.get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= workload["metadata"]["generation"]
    updated = status.get("updatedReplicas", 0) == wanted == status.get("replicas", 0)
    return bool(seen and updated and status.get("readyReplicas", 0) == wanted)


def memory(space: Namespace) -> dict[str, int]:
    """Return MiB of each pod as metrics-server reports them; empty without metrics-server."""
    found = re.findall(r"^(\S+)\s+\S+\s+(\d+)Mi", space.kubectl("top", "pods", "--no-headers"), re.MULTILINE)
    return {name: int(mebibytes) for name, mebibytes in found}
