"""The images of the tier: built and loaded by the two commands that the environment names, unless they exist.

`python -m tests.cluster.images` does that alone, and writes the seconds of each step.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.services.kafka import fetch_jars

ROOT = Path(__file__).parents[2]
SERVICES = ("checker", "feed", "mercari-proxy", "operator", "simulator", "updater", "web", "yahoo-proxy")
PREFIX = "localhost/mercarich-"
MARIADB, KAFKA, PROMETHEUS = "localhost/mariadb:test", "localhost/kafka:test", "localhost/prometheus:test"
PARTS = {"mariadb": MARIADB, "kafka": KAFKA, "prometheus": PROMETHEUS}
AT_ONCE = 3
"""Images built in parallel: much of the time is waiting for the disk and the package index."""
BUILD_SECONDS = 900
NEXT = "-next"
"""Suffix of the second release's tag."""


@dataclass(frozen=True)
class Images:
    """`MERCARICH_IMAGE_BUILD` accepts what `docker build` accepts (--file, --build-arg, --tag, the context), and
    `MERCARICH_IMAGE_LOAD` the names of images. `MERCARICH_BASE_IMAGE` replaces the public base images. With
    `MERCARICH_IMAGE_TAG`, all images count as built and loaded under this tag."""

    build: str
    load: str
    base: str
    tag: str
    there: bool

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Images":
        return cls(
            build=environment.get("MERCARICH_IMAGE_BUILD", "docker build"),
            load=environment.get("MERCARICH_IMAGE_LOAD", "kind load docker-image"),
            base=environment.get("MERCARICH_BASE_IMAGE", ""),
            tag=environment.get("MERCARICH_IMAGE_TAG", "test"),
            there="MERCARICH_IMAGE_TAG" in environment,
        )

    def provide(self) -> Mapping[str, float]:
        """Build and load all images. Return the seconds of each step, and in total."""
        if self.there:
            return {}
        took: dict[str, float] = {}
        started = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            first = threads.submit(self._service, took, SERVICES[0])
            theirs = [threads.submit(self._part, took, folder, name) for folder, name in PARTS.items()]
            first.result()  # The first image also builds the layers that all services share.
            ours = [threads.submit(self._service, took, service) for service in SERVICES[1:]]
            for each in [*theirs, *ours]:
                each.result()
        return {**took, "all": round(time.monotonic() - started, 1)}

    def _service(self, took: dict[str, float], service: str) -> None:
        name = f"{PREFIX}{service}:{self.tag}"
        self._timed(took, f"build {service}", self._make(service, name + NEXT))
        self._timed(took, f"load {service}", [*shlex.split(self.load), name, name + NEXT])

    def _part(self, took: dict[str, float], folder: str, name: str) -> None:
        self._timed(took, f"build {folder}", self._build(folder, name, self.base))
        self._timed(took, f"load {folder}", [*shlex.split(self.load), name])

    def _make(self, service: str, second_name: str) -> list[str]:
        build = f"{self.build} --tag {second_name}"
        given = {"IMAGES": service, "IMAGE_BUILD": build, "IMAGE_PREFIX": PREFIX, "IMAGE_TAG": self.tag}
        given |= {"BASE_IMAGE": self.base} if self.base else {}
        return ["make", "-C", str(ROOT), "images", *(f"{key}={value}" for key, value in given.items())]

    def _build(self, folder: str, name: str, base: str) -> list[str]:
        """Build an image of tests/cluster/images; Kafka's context are the jars."""
        here = ROOT / "tests/cluster/images" / folder
        context = fetch_jars() if folder == "kafka" else here
        base_words = ["--build-arg", f"BASE_IMAGE={base}"] if base else []
        words = ["--file", str(here / "Dockerfile"), *base_words, "--tag", name, str(context)]
        return [*shlex.split(self.build), *words]

    def _timed(self, took: dict[str, float], what: str, command: list[str]) -> None:
        started = time.monotonic()
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False, env=os.environ
        )
        assert done.returncode == 0, f"{what}: {(done.stdout + done.stderr)[-3000:]}"
        took[what] = round(time.monotonic() - started, 1)


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(Images.of(os.environ).provide())}\n")
