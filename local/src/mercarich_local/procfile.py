"""The Procfile: `name: command` lines, the list of processes that one machine runs."""

import re
import shlex
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mercarich_platform.settings import BadConfiguration

_LINE = re.compile(r"(?P<name>[a-z][a-z0-9-]*):\s+(?P<command>\S.*)")


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the Procfile."""

    name: str
    command: str
    """The command as written, with its `$VARIABLES`."""

    def arguments(self, environment: Mapping[str, str]) -> list[str]:
        """Return the command's words with the variables replaced. Raises `BadConfiguration` when one is not set."""
        try:
            return [string.Template(word).substitute(environment) for word in shlex.split(self.command)]
        except (KeyError, ValueError) as error:
            raise BadConfiguration(f"Procfile, {self.name}: the variable {error} is not set") from None


def read(path: Path) -> list[Process]:
    """Return the processes in the order of the file. Raises `BadConfiguration` with the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadConfiguration(f"there is no {path} here; run this in the folder of the checkout") from None
    processes: dict[str, Process] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or match["name"] in processes:
            raise BadConfiguration(f"{path}, line {number}: expected `name: command` with a name of its own: {line!r}")
        processes[match["name"]] = Process(match["name"], match["command"])
    return list(processes.values())
