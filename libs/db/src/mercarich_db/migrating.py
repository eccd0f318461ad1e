"""Runs the migrations by Alembic. Imported only when there are some to run, since Alembic is slow to import."""

import os
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def to_head(connection: Connection, versions: Sequence[Path]) -> None:
    """Apply missing migrations of these folders; the caller commits."""
    config = Config()
    config.set_main_option("script_location", str(files("mercarich_db") / "migrations"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, versions)))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
