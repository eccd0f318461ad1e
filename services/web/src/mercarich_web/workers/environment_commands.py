"""The original's commands for settings: `constant_manager`, `update_env`, and `mercarich env export`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType

from mercarich_platform.exit_codes import DONE, FAILED
from mercarich_platform.settings import BadConfiguration
from mercarich_web.console.arguments import actor, command_parser, note, person, with_json
from mercarich_web.console.asking import Opened, answer, carry_out
from mercarich_web.system_settings.settings import Setting, SettingList
from mercarich_web.system_settings.terminal import setting_list

if TYPE_CHECKING:
    from mercarich_web.system_settings.sql import SqlSettings
    from mercarich_web.workers.environment import Resync, WorkerEnvironment


def constant_manager(argv: Sequence[str]) -> int:
    """Print a setting's value, or change one (`--operation set KEY VALUE`), as the old system did."""
    parser = with_json(command_parser("constant_manager", constant_manager.__doc__))
    parser.add_argument("key", nargs="?", help="such as INVCHK_YAHOO_WORKER")
    parser.add_argument("value", nargs="?", help="the new value, for --operation set")
    parser.add_argument("--operation", choices=["get", "set", "list"], default="get", help="what to do (get)")
    parser.add_argument("--get-default", action="store_true", help="print the default instead of the current value")
    parser.add_argument(
        "--description", type=note, help="reason for the change, for --operation set; kept in the history"
    )
    parser.add_argument("--by", type=person, help="who changes it (your login name)")
    given = parser.parse_args(argv)
    _refuse_odd(parser, given)
    if given.operation == "list":
        return answer(lambda on: SettingList(_settings(on).all()), setting_list, as_json=given.json)
    if given.operation == "set":
        by = actor(given.by)
        return answer(
            lambda on: _settings(on).change(given.key, given.value, by, on.now(), given.description),
            _value,
            as_json=given.json,
        )
    page = _default if given.get_default else _value
    return answer(lambda on: _settings(on).one(given.key), page, as_json=given.json)


def update_env(argv: Sequence[str]) -> int:
    """Read all settings again: which cannot be used, and which pools do not follow; with --output, write the .env."""
    parser = command_parser("update_env", update_env.__doc__)
    parser.add_argument("--output", type=Path, help="write the old system's .env to this file")
    given = parser.parse_args(argv)

    def resync(on: Opened) -> int:
        found = _environment(on).resync()
        if given.output:
            _write(given.output, found.environment)
        lines = [*found.problems, *(f"{pool} has not followed the newest change yet" for pool in found.behind)]
        lines.append(f"settings read, {len(found.problems)} cannot be used; {_followed(found)}")
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return FAILED if found.problems else DONE

    return carry_out(resync)


def env(argv: Sequence[str]) -> int:
    """Print the old system's `.env` out of the settings (`env export`)."""
    parser = command_parser("env", env.__doc__)
    export = parser.add_subparsers(dest="action", required=True).add_parser("export", help="KEY=value lines")
    export.add_argument("--output", type=Path, help="write them to this file instead")
    given = parser.parse_args(argv)

    def write(on: Opened) -> int:
        text = _environment(on).export()
        if given.output:
            _write(given.output, text)
        else:
            sys.stdout.write(text)
        return DONE

    return carry_out(write)


def _followed(found: "Resync") -> str:
    if not found.unseen:
        return "the pools follow changes by themselves" if found.behind else "all pools have followed them"
    who = "`mercarich up` on one machine, or the operator on Kubernetes, does while it runs"
    return f"nobody sees to {', '.join(found.unseen)} now: {who}"


def _refuse_odd(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """The arguments do not fit together."""
    changes = given.operation == "set"
    if given.operation != "list" and given.key is None:
        parser.error("expected a KEY; `--operation list` shows all")
    if changes and given.value is None:
        parser.error("--operation set: expected KEY VALUE")
    if not changes and (given.value is not None or given.description is not None):
        parser.error("a VALUE and a --description belong to --operation set")
    if changes and given.get_default:
        parser.error("--get-default only reads")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise BadConfiguration(f"--output: cannot write {path} ({error.strerror})") from None


def _value(setting: Setting) -> RenderableType:
    return setting.value


def _default(setting: Setting) -> RenderableType:
    return setting.default


def _settings(on: Opened) -> "SqlSettings":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.system_settings.sql import SqlSettings

    return SqlSettings(on.engine)


def _environment(on: Opened) -> "WorkerEnvironment":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.workers.wiring import worker_environment

    return worker_environment(on.engine, on.now)
