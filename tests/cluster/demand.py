"""Steady demand at a marketplace's proxies: threads in a checker's pod that ask for one batch after the other, through
the Service, and begin again at another replica where one did not answer."""

import json
import subprocess
from collections.abc import Sequence

from tests.cluster.release import Release

STOPPED_SECONDS = 30.0
_PROGRAM = """
import json, os, random, sys, threading
from mercarich_contracts.messages import BatchItem
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import ProxyAway

url, ids = os.environ[sys.argv[1]], json.loads(sys.argv[2])
stop, answers, away = threading.Event(), [0], [0]

def work():
    sources = HttpSources(url, silence_seconds=6)
    while not stop.is_set():
        before, some = answers[0], random.sample(ids, 100)  # two looks at one item at once would be one call
        try:
            for bunch in sources.look([BatchItem(id=0, item_id=one) for one in some], 8, stop):
                answers[0] += sum(item.state != "unknown" for item in bunch)
            if answers[0] == before:
                stop.wait(0.5)  # refused at once: the breaker is open
        except ProxyAway:
            away[0] += 1
            stop.wait(0.2)

threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
for each in threads:
    each.start()
sys.stdin.read()  # until the test is over, or its connection is
stop.set()
for each in threads:
    each.join(10)
print(json.dumps({"answers": answers[0], "broken_off": away[0]}))
"""


class Demand:
    """More than the budget allows, until the end of the block; `figures` are complete after it."""

    def __init__(self, release: Release, marketplace: str, ids: Sequence[str]) -> None:
        url = f"CHECKER_{marketplace.upper()}_PROXY_URL"
        inside = ["python3", "-c", _PROGRAM, url, json.dumps(list(ids))]
        worker = f"deploy/{release.name(f'checker-{marketplace}')}"
        self._command = ["kubectl", "-n", release.space.name, "exec", "-i", worker, "--", *inside]
        self.figures: dict[str, int] = {}

    def __enter__(self) -> "Demand":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        try:
            said, wrong = self._process.communicate(timeout=STOPPED_SECONDS)
        finally:
            self._process.kill()
        assert self._process.returncode == 0, wrong[-3000:]
        self.figures = json.loads(said)
