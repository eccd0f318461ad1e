"""checkov on the rendered objects and hadolint on the Dockerfile: each finding is fixed, or explained here."""

import json
import subprocess
from pathlib import Path

from tests.chart.rendering import ROOT, TOOLS, template

EXPLAINED = {
    "CKV_K8S_8": ("toolbox and the test pod: process 1 only sleeps, or ends by itself", ("-toolbox", "-test")),
    "CKV_K8S_9": (
        "no Service leads to them, and no rollout waits for them",
        ("-watch-", "-toolbox", "-test", "-notices"),
    ),
    "CKV_K8S_11": ("a CPU limit throttles a worker into missing its leases; requests and memory limits are set", ("",)),
    "CKV_K8S_15": (
        "tags are never moved, and nodes without a registry must start; image.pullPolicy=Always is there",
        ("",),
    ),
    "CKV_K8S_35": ("variables by secretKeyRef; files would be read by the same process", ("",)),
    "CKV_K8S_38": ("the operator is the one that speaks to the API server", ("-operator",)),
    "CKV_K8S_40": ("the users that the images of MariaDB and Kafka have; development only", ("-mariadb", "-kafka")),
    "CKV_K8S_43": ("a digest is a property of a registry's copy: put it into image.digests", ("",)),
}
"""By check: why it stays, and parts of the names of objects that may have it."""


def test_checkov_finds_nothing_that_is_not_explained(tmp_path: Path) -> None:
    for case in ("full", "dev"):
        (tmp_path / f"{case}.yaml").write_text(template(case))
    command = [
        TOOLS / "venv/bin/checkov",
        "-d",
        tmp_path,
        "--framework",
        "kubernetes",
        "--compact",
        "--quiet",
        "-o",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)

    failed = json.loads(done.stdout)["results"]["failed_checks"]
    found = {(each["check_id"], each["resource"]) for each in failed}
    unexplained = [
        (check, name)
        for check, name in sorted(found)
        if not any(part in name for part in EXPLAINED.get(check, ("", ()))[1])
    ]
    assert unexplained == []
    assert set(EXPLAINED) == {check for check, _ in found}, "an explanation without a finding"


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    command = [TOOLS / "venv/bin/hadolint", "docker/Dockerfile"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)

    assert done.returncode == 0, done.stdout + done.stderr
