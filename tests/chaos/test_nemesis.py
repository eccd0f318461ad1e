"""A seeded series of kills and stops while runs follow each other; MERCARICH_CHAOS_SEED and _SECONDS set it."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable

import pytest
from tests.chaos.rig import Rig
from tests.chaos.scene import Scene

SEED = int(os.environ.get("MERCARICH_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
SECONDS = float(os.environ.get("MERCARICH_CHAOS_SECONDS", "60"))
PROCESSES = ("checker-yahoo", "checker-mercari", "feed", "yahoo-proxy", "mercari-proxy")
PAUSE = (1.0, 4.0)
FREEZE = (0.5, 6.0)


@pytest.mark.timeout(SECONDS + 300)
def test_whatever_is_killed_and_stopped_in_whatever_order_the_ledger_is_clean(scene: Scene) -> None:
    print(f"MERCARICH_CHAOS_SEED={SEED} MERCARICH_CHAOS_SECONDS={SECONDS:g}")  # noqa: T201
    chance = random.Random(SEED)
    ends = time.monotonic() + SECONDS
    keys = {marketplace: scene.start(marketplace, "nemesis-0") for marketplace in ("yahoo", "mercari")}
    rounds = 0
    while time.monotonic() < ends:
        strike(scene, chance, list(keys.values()))
        wait(chance.uniform(*PAUSE))
        for marketplace, key in keys.items():
            if revive(scene, marketplace, key):
                rounds += 1
                keys[marketplace] = scene.start(marketplace, f"nemesis-{rounds}")
    print(f"{rounds} runs ended meanwhile")  # noqa: T201
    scene.rig.let_push_claims_lapse()
    scene.must_end_well(90)


def strike(scene: Scene, chance: random.Random, planners: list[str]) -> None:
    rig = scene.rig
    victim = chance.choice([*PROCESSES, *planners, "broker"])
    blow = chance.choice(["kill", "term", "freeze"])
    print(f"{time.strftime('%H:%M:%S')} {blow} {victim}")  # noqa: T201
    if victim == "broker":
        scene.world.lose_broker(rig)
    elif not rig.runs(victim):
        return
    elif blow == "freeze":
        freeze(rig, victim, chance.uniform(*FREEZE))
    else:
        end = rig.kill if blow == "kill" else terminate(rig)
        end(victim)
        if victim in PROCESSES:
            rig.start(victim)


def terminate(rig: Rig) -> Callable[[str], None]:
    def end(name: str) -> None:
        rig.send(name, signal.SIGTERM)
        rig.ended(name, 45)

    return end


def freeze(rig: Rig, name: str, seconds: float) -> None:
    rig.freeze(name)
    wait(seconds)
    rig.send(name, signal.SIGCONT)


def wait(seconds: float) -> None:
    """The nemesis's own rhythm; no condition is awaited after it."""
    threading.Event().wait(seconds)


def revive(scene: Scene, marketplace: str, key: str) -> bool:
    """Start a planner that has ended again, as a Job does. Return whether its run has ended."""
    if scene.rig.runs(key):
        return False
    run = scene.rig.books.run(key)
    if run is not None and run.outcome != "running":
        return True
    scene.rig.check(marketplace, key)
    return False
