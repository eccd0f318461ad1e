"""What every act of the demo uses: the running system, its commands, its market, and the screen."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from mercarich_local.child import how_it_ended
from mercarich_local.guardian import signal_group
from mercarich_local.machine import Machine
from mercarich_local.market import Simulator
from mercarich_local.screen import Screen
from mercarich_local.system import System

LOOK_SECONDS = 0.2
ANSWER_SECONDS = 60.0


class Problem(Exception):
    """Something went wrong; the text is one sentence for the person who watches."""


class Stopped(Exception):
    """The user wants to end the demo."""


@dataclass(frozen=True, slots=True)
class Stage:
    system: System
    machine: Machine
    screen: Screen
    simulator: Simulator
    engine: Engine
    stop: threading.Event

    def title(self, text: str) -> None:
        self.screen.note(f"\n{text}", style="bold")

    def tell(self, text: str) -> None:
        self.screen.note(f"   {text}")

    def see(self, text: str) -> None:
        """Print evidence, in a less prominent style than `tell`."""
        self.screen.note(f"      {text}", style="dim")

    def run(self, *commands: Sequence[str], look: Callable[[], object] = lambda: None, seconds: float) -> None:
        """Run `mercarich …` commands in parallel until all have ended. Their output is in their logs.

        `look` is called meanwhile. Raises `Problem` and `Stopped`.
        """
        children = [self.machine.command(words[0], ("mercarich", *words)) for words in commands]
        names = ", ".join(child.name for child in children)
        self.until(lambda: (look(), all(child.poll() is not None for child in children))[1], f"{names} ended", seconds)
        for child in children:
            code = child.poll() or 0
            if code:
                raise Problem(f"{child.name} ended with {how_it_ended(code)}; its log is in {self.system.logs}")

    def command_line(self, *words: str) -> None:
        """Show a command as a person would type it."""
        self.screen.note(f"   $ mercarich {' '.join(words)}", style="cyan")

    def ask(self, *words: str) -> str:
        """Return what one `mercarich …` command prints. Raises `Problem`."""
        try:
            done = subprocess.run(
                ["mercarich", *words],
                env=self.machine.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=ANSWER_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise Problem(f"mercarich {words[0]} did not end within {ANSWER_SECONDS:.0f} s") from None
        if done.returncode:
            raise Problem(f"mercarich {words[0]} {how_it_ended(done.returncode)}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def answer(self, *words: str) -> Mapping[str, Any]:
        """Return the JSON output of a command."""
        found: Mapping[str, Any] = json.loads(self.ask(*words, "--json"))
        return found

    def until(self, holds: Callable[[], object], what: str, seconds: float) -> None:
        """Wait until the condition holds. Raises `Problem` when it does not in time, and `Stopped`."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise Problem(f"not within {seconds:.0f} s: {what}; the logs are in {self.system.logs}")
            if self.stop.wait(LOOK_SECONDS):
                raise Stopped

    def signal(self, process: str, number: signal.Signals) -> None:
        """Send a signal to a process of the Procfile and its children."""
        signal_group(self.machine.pid(process), number)


def clock(moment: datetime) -> str:
    """Return a time as local time of day."""
    return f"{moment.astimezone():%H:%M:%S}"
