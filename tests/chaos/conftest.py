"""One running system for many scenarios; after a failed scenario, the next one gets a new system."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.chaos.rig import Plant, Rig, running
from tests.chaos.scene import Scene
from tests.chaos.world import EmbeddedWorld, RealWorld, World
from tests.conftest import REAL_SERVICES


class Rigs:
    """Reuse a rig as long as its scenarios succeed."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self._folder = folder
        self._end = ExitStack()
        self._rig: Rig | None = None
        self._number = 0

    def take(self) -> Rig:
        if self._rig is None:
            self._number += 1
            plant = Plant(environment=self.world.environment())
            self._rig = self._end.enter_context(running(self._folder / str(self._number), plant))
        return self._rig

    def discard(self) -> None:
        self._end.close()
        self._rig = None


@pytest.fixture(scope="session")
def rigs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rigs]:
    folder = tmp_path_factory.mktemp("chaos")
    world = RealWorld(folder / "services") if REAL_SERVICES else EmbeddedWorld()
    rigs = Rigs(folder, world)
    yield rigs
    rigs.discard()
    world.close()


@pytest.fixture
def scene(rigs: Rigs) -> Iterator[Scene]:
    """A market in which something sells, with every process running."""
    scene = Scene(rigs.take(), rigs.world)
    yield scene
    if not scene.ended_well:
        rigs.discard()
