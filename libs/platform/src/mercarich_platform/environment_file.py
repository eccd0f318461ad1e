"""The environment of one machine: `mercarich up` writes it into the data folder, and every command reads it there.

So a command in another terminal finds the ports, keys and credentials of the system that runs. The file is there while
that runs, and only its user can read it: it holds a secret.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from mercarich_platform.settings import BadConfiguration, SharedSettings

NAME = "environment"


@contextmanager
def written(folder: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """Have the file in the data folder, a line `NAME=value` for each variable, and delete it at the end."""
    file = folder / NAME
    descriptor, partial = tempfile.mkstemp(prefix=f".{NAME}.", dir=folder)  # its owner alone can read it
    with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
        lines.writelines(f"{name}={value}\n" for name, value in sorted(variables.items()) if "\n" not in value)
    os.replace(partial, file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def read(environment: MutableMapping[str, str]) -> None:
    """Add the variables of the file to the environment; those that it has already stay.

    Raises `BadConfiguration` when another user could have written the file.
    """
    folder = Path(environment.get("MERCARICH_DATA_DIR") or SharedSettings.model_fields["data_dir"].default)
    file = folder / NAME
    try:
        with file.open(encoding="utf-8") as lines:
            status = os.fstat(lines.fileno())
            if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
                raise BadConfiguration(
                    f"{file} can be written by another user; delete it, and start `mercarich up` again"
                )
            found = [line.rstrip("\n").partition("=") for line in lines]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for name, _, value in found:
        environment.setdefault(name, value)
