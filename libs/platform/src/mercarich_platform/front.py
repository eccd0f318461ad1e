"""The `mercarich` command, whose subcommands come from the installed services.

A service adds functions to the entry-point group `mercarich.commands`. Each takes the arguments after the subcommand
and returns the exit code; the first line of its docstring is the help text. The name of a subcommand has one word or
two: `db` is the database's, `db restored` another service's.

Functions of the group `mercarich.marketplace_commands` take the marketplace as first argument. One entry `check_item`
becomes a command for each marketplace, such as `check_item_yahoo`; its docstring has the placeholder `{marketplace}`.
"""

import ast
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES, Site
from mercarich_platform import environment_file
from mercarich_platform.exit_codes import BAD_CONFIGURATION, TRY_AGAIN, USAGE
from mercarich_platform.settings import BadConfiguration

GROUP = "mercarich.commands"

OF_MARKETPLACES = "mercarich.marketplace_commands"

AROUND = "mercarich.around"

_ONE_MACHINE = "mercarich_local."

_NO_THREAD = "can't start new thread"
"""Text of Python's RuntimeError where the system gives no thread, mostly for want of memory for its stack."""

SCHEDULE = "MERCARICH_SCHEDULE"
"""The row of the schedule that this command is a start of, as update-feed-yahoo; the chart's CronJobs set it.

Why: what a person types is no start of the schedule; on one machine the scheduler keeps the book itself.
Empty: the start is in no book, and no pause holds it.
"""

Command = Callable[[Sequence[str]], int]
MarketplaceCommand = Callable[[Marketplace, Sequence[str]], int]
Around = Callable[[Callable[[], int]], int]


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed subcommand."""

    entry: EntryPoint
    site: Site | None = None
    """The marketplace of the command; None: it has none, or takes it as an argument."""

    def load(self) -> Command:
        """Import the command's module and return its function."""
        if self.site is None:
            command: Command = self.entry.load()
            return command
        of_marketplace: MarketplaceCommand = self.entry.load()
        return partial(of_marketplace, self.site.marketplace)

    def help(self) -> str:
        """Return the first line of its docstring."""
        line = _first_line(self.entry)
        return line if self.site is None else line.format(marketplace=self.site.words.en)


class WrongUse(Exception):
    """The arguments ask for what there is not; the text says what. Exit code 2."""


class TryAgain(Exception):
    """Something outside (database, broker) is away for now; the text says what. Exit code 75."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; return its exit code: 0 done, 2 usage, 75 try again, 78 bad configuration."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    commands = installed()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help(commands))  # noqa: T201
        return 0 if arguments else USAGE
    if not all(_is_text(argument) for argument in arguments):
        _say(f"mercarich {ascii(arguments[0])[1:-1]}: an argument is not valid UTF-8")
        return USAGE
    words = 2 if " ".join(arguments[:2]) in commands else 1
    found = commands.get(" ".join(arguments[:words]))
    if found is None:
        _say(f"mercarich: there is no command {arguments[0]!r} here; `mercarich --help` lists the installed ones")
        return USAGE
    return run(partial(_in_its_environment, found), arguments[words:])


def _in_its_environment(found: Installed, arguments: Sequence[str]) -> int:
    """What runs one machine makes the environment that the other commands find."""
    if not found.entry.value.startswith(_ONE_MACHINE):
        environment_file.read(os.environ)
    return _surrounded(found.load())(arguments)


def _is_text(argument: str) -> bool:
    """Return whether an argument was valid UTF-8. Other bytes become lone surrogates, which no database accepts."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _surrounded(command: Command) -> Command:
    """Wrap a command that a CronJob started in the function of the entry-point group `mercarich.around`.

    That function gets the call and runs code before and after it. It is not imported otherwise.
    """
    for entry in entry_points(group=AROUND) if os.environ.get(SCHEDULE) else ():
        around: Around = entry.load()
        return lambda arguments: around(lambda: command(arguments))
    return command


def run(command: Command, arguments: Sequence[str]) -> int:
    """Call a command; the expected exceptions become a sentence on stderr and an exit code.

    Ctrl-C (SIGINT) becomes one, too, and ends the process by that signal, so that a shell ends its loop or script.
    """
    try:
        return command(arguments)
    except BadConfiguration as error:
        _say(f"mercarich: {error}")
        return BAD_CONFIGURATION
    except WrongUse as error:
        _say(f"mercarich: {error}")
        return USAGE
    except TryAgain as error:
        _say(f"mercarich: {error}")
        return TRY_AGAIN
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != _NO_THREAD:
            raise
        _say(
            f"mercarich: out of memory or threads ({str(error) or 'no memory is left'}): raise the limit of this"
            " process (resources.limits of its pod, `ulimit -v` and `ulimit -u`), or let fewer run on this machine"
        )
        return TRY_AGAIN
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        _say("mercarich: interrupted")
        return _end_by(signal.SIGINT)


def _end_by(number: signal.Signals) -> int:
    """End the process by the signal. Return the exit code that a shell tells of it where the signal is blocked."""
    with suppress(BrokenPipeError):
        sys.stdout.flush()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    return 128 + number


def installed() -> dict[str, Installed]:
    """Return the installed subcommands by name."""
    entries = entry_points()  # once, since it reads the metadata of every installed distribution
    found = {entry.name: Installed(entry) for entry in entries.select(group=GROUP)}
    for entry in entries.select(group=OF_MARKETPLACES):
        found |= {f"{entry.name}_{site}": Installed(entry, site) for site in SITES.values()}
    return dict(sorted(found.items()))


def _help(commands: dict[str, Installed]) -> str:
    width = max((len(name) for name in commands), default=0)
    lines = [f"  {name:<{width}}  {command.help()}" for name, command in commands.items()]
    return "\n".join(["usage: mercarich COMMAND [ARGUMENT …]     (mercarich COMMAND --help tells more)", "", *lines])


def _first_line(entry: EntryPoint) -> str:
    """Return the help text. Read from the source, because importing all commands would take a second."""
    try:
        body = ast.parse(_file(entry.module).read_bytes()).body
    except (ImportError, OSError, SyntaxError) as error:
        return f"(cannot be loaded: {error})"
    found = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == entry.attr]
    doc = ast.get_docstring(found[0]) if found else None
    return doc.splitlines()[0] if doc else ""


def _file(module: str) -> Path:
    """Return the path of a module's source. Imports neither the module nor its packages."""
    root, *below = module.split(".")
    spec = find_spec(root)
    for name in below:
        if spec is not None:
            root = f"{root}.{name}"
            spec = PathFinder.find_spec(root, spec.submodule_search_locations)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"No module named {module!r}")
    return Path(spec.origin)


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
