"""The soak's picture process: it shares the work with its parent process, and ends with it."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil
from tests.soak.darkroom import Darkroom

from mercarich_simulator.settings import SimulatorSettings
from mercarich_simulator.world import World, begin

ROOT = Path(__file__).parents[3]
BEGINS_ONE = """
import os, signal
from tests.soak.darkroom import second_process
pool = second_process()
print(pool.submit(os.getpid).result(), flush=True)
signal.pause()
"""


def test_a_killed_soak_leaves_no_picture_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", BEGINS_ONE], cwd=ROOT, stdout=subprocess.PIPE, text=True) as soak:
        assert soak.stdout is not None
        pictures = psutil.Process(int(soak.stdout.readline()))
        assert psutil.Process(soak.pid) in pictures.parents()
        soak.kill()
        assert soak.wait(10) != 0
        _, alive = psutil.wait_procs([pictures], timeout=10)
        left = [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]
        for one in left:
            one.kill()
        assert left == []


def pairs(world: World, count: int) -> list[tuple[int, int]]:
    """Sources with a spare piece."""
    shelf = world.catalogue.shelves["yahoo"]
    found = ((one, piece) for one in range(shelf.sources) for piece in shelf.pieces_of(one) if shelf.spare_of(piece))
    return [next(found) for _ in range(count)]


def test_a_pair_is_made_ahead_of_time_or_by_who_asks_for_it() -> None:
    settings = SimulatorSettings(seed=1, sellers=1, listings=60, spare_pieces=0.5, start_at=1e9, clock_mode="manual")
    world = begin(settings)
    names = [tuple(world.catalogue.item_id("yahoo", one) for one in pair) for pair in pairs(world, 6)]
    for source, _ in pairs(world, 6):
        world.truth.put("yahoo", source, "sold", 1e9)
    with closing(Darkroom(world)) as darkroom:
        darkroom.look(since=1e9 - 1)
        (first, its_spare), (last, other) = names[0], names[-1]
        assert darkroom.compared(last, other) is None  # It begins with two others.
        made = darkroom.compared(first, its_spare)
        assert made is not None
        assert darkroom.drawn(its_spare, 1) == made.theirs
        assert darkroom.compared(last, other) is None


def test_a_piece_that_is_gone_is_not_made_ready() -> None:
    world = begin(
        SimulatorSettings(seed=1, sellers=1, listings=60, spare_pieces=0.5, start_at=1e9, clock_mode="manual")
    )
    [(source, piece)] = pairs(world, 1)
    for number in (source, piece):
        world.truth.put("yahoo", number, "sold", 1e9)
    with closing(Darkroom(world)) as darkroom:
        darkroom.look(since=1e9 - 1)
        assert darkroom.compared(*(world.catalogue.item_id("yahoo", one) for one in (source, piece))) is None
