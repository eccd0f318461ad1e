"""The `mercarich` command: what is installed, what is not, and how failures end."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mercarich_platform import front
from mercarich_platform.settings import BadConfiguration

GOOD = '''
import mercarich_no_such_module


def good(arguments):
    """Does something good.

    More of it.
    """
'''


def good(arguments: Sequence[str]) -> int:
    return len(arguments)


def away(arguments: Sequence[str]) -> int:
    raise front.TryAgain("the database is away")


def wrong(arguments: Sequence[str]) -> int:
    raise BadConfiguration("MERCARICH_X: a number was expected")


LONG = """
import signal, sys, time
from mercarich_platform import front

# What a shell starts in the background ignores the signal, and so do the tests and this process.
signal.signal(signal.SIGINT, signal.default_int_handler)

def long(arguments):
    print("some lines")
    print("ready", file=sys.stderr, flush=True)
    time.sleep(60)

sys.exit(front.run(long, []))
"""


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "package_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("import mercarich_no_such_module")
    (package / "commands.py").write_text(GOOD)
    monkeypatch.syspath_prepend(tmp_path)
    found = {name: EntryPoint(name, f"{__name__}:{name}", front.GROUP) for name in ("away", "wrong")}
    found["good"] = EntryPoint("good", "package_of_a_test.commands:good", front.GROUP)
    found["broken"] = EntryPoint("broken", "mercarich_no_such_module:run", front.GROUP)
    functions = {"good": good, "away": away, "wrong": wrong}

    def load(entry: EntryPoint) -> object:
        if entry.name == "broken":
            raise ModuleNotFoundError("No module named 'mercarich_no_such_module'")
        return functions[entry.name] if entry.group == front.GROUP else lambda call: call()

    monkeypatch.setattr(EntryPoint, "load", load)
    monkeypatch.setattr(front, "installed", lambda: {name: front.Installed(entry) for name, entry in found.items()})


def test_help_lists_the_commands_with_their_first_line_and_imports_none_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert front.main(["--help"]) == 0
    assert "good    Does something good.\n" in capsys.readouterr().out


def test_help_survives_a_command_that_cannot_be_loaded_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main(["help"]) == 0
    assert "broken  (cannot be loaded: No module named 'mercarich_no_such_module')" in capsys.readouterr().out


def test_no_command_is_a_usage_error_with_the_help() -> None:
    assert front.main([]) == 2


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main(["chek"]) == 2
    assert "there is no command 'chek' here" in capsys.readouterr().err


def test_a_command_gets_its_arguments_and_gives_the_exit_code() -> None:
    assert front.main(["good", "a", "b", "c"]) == 3


def test_a_command_of_two_words_goes_before_that_of_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = front.installed()
    named = {**commands, "good": commands["good"], "good away": commands["away"]}
    monkeypatch.setattr(front, "installed", lambda: named)
    assert front.main(["good", "and", "well"]) == 2
    assert front.main(["good", "away", "now"]) == 75


def test_something_that_is_away_is_a_sentence_and_75(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main(["away"]) == 75
    assert capsys.readouterr().err == "mercarich: the database is away\n"


def test_a_bad_configuration_is_a_sentence_and_78(capsys: pytest.CaptureFixture[str]) -> None:
    assert front.main(["wrong"]) == 78
    assert capsys.readouterr().err == "mercarich: MERCARICH_X: a number was expected\n"


IN_LITTLE_MEMORY = """
import resource, sys, threading
from mercarich_platform.front import run

def thread(_):
    threading.stack_size(1 << 28)
    threading.Thread(target=print).start()

def list_(_):
    return len(bytearray(1 << 30))

used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 26), used + (1 << 26)))
sys.exit(run({"thread": thread, "list": list_}[sys.argv[1]], []))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much address space a process uses")
@pytest.mark.parametrize("what", ["thread", "list"])
def test_a_process_without_memory_says_what_to_do(what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_LITTLE_MEMORY, what], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (75, 1)
    assert "raise the limit of this process" in done.stderr
    assert {"thread": "can't start new thread", "list": "no memory is left"}[what] in done.stderr


def test_other_errors_of_the_runtime_are_no_want_of_memory() -> None:
    def broken(_: Sequence[str]) -> int:
        raise RuntimeError("dictionary changed size during iteration")

    with pytest.raises(RuntimeError, match="changed size"):
        front.run(broken, [])


def test_an_interrupted_command_ends_by_the_signal_with_a_sentence_and_no_traceback() -> None:
    command = (sys.executable, "-c", LONG)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as long:
        assert long.stderr is not None
        assert long.stderr.readline() == "ready\n"
        long.send_signal(signal.SIGINT)
        try:
            assert long.communicate(timeout=30) == ("some lines\n", "mercarich: interrupted\n")
        finally:
            long.kill()
    assert long.returncode == -signal.SIGINT
