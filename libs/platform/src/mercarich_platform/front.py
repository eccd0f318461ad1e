"""The `mercarich` command: one small front whose subcommands come from the services that are installed.

A service fills the entry-point group `mercarich.commands` with functions that take the arguments
after the subcommand and answer the exit code; the first line of the docstring is the help.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points

from mercarich_platform.exit_codes import BAD_CONFIGURATION, TRY_AGAIN, USAGE
from mercarich_platform.settings import BadConfiguration

GROUP = "mercarich.commands"

Command = Callable[[Sequence[str]], int]


class TryAgain(Exception):
    """Something outside is away for now (database, broker); the text says what. Exit code 75."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and answer its exit code: 0 done, 2 usage, 75 try again, 78 bad configuration."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    commands = installed()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help(commands))  # noqa: T201
        return 0 if arguments else USAGE
    entry = commands.get(arguments[0])
    if entry is None:
        _say(f"mercarich: there is no command {arguments[0]!r} here; `mercarich --help` lists those that are installed")
        return USAGE
    return run(entry.load(), arguments[1:])


def run(command: Command, arguments: Sequence[str]) -> int:
    """Call a command; the two expected failures become a sentence on stderr and their exit code."""
    try:
        return command(arguments)
    except BadConfiguration as error:
        _say(f"mercarich: {error}")
        return BAD_CONFIGURATION
    except TryAgain as error:
        _say(f"mercarich: {error}")
        return TRY_AGAIN
    except BrokenPipeError:
        return 0


def installed() -> dict[str, EntryPoint]:
    """The subcommands of this image, by name."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}


def _help(commands: dict[str, EntryPoint]) -> str:
    width = max((len(name) for name in commands), default=0)
    lines = [f"  {name:<{width}}  {_first_line(entry)}" for name, entry in commands.items()]
    return "\n".join(["usage: mercarich COMMAND [ARGUMENT …]     (mercarich COMMAND --help tells more)", "", *lines])


def _first_line(entry: EntryPoint) -> str:
    try:
        doc = entry.load().__doc__ or ""
    except (ImportError, AttributeError) as error:
        return f"(cannot be loaded: {error})"
    return doc.strip().splitlines()[0] if doc.strip() else ""


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
