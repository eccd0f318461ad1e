"""Rows O1, O2: a file that is rotated under load loses no line, whatever process writes to it, and nothing is
restarted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mercarich_platform.log_file import LogFile, path_for
from mercarich_platform.settings import BadConfiguration

WRITERS, LINES = 3, 4000
WRITE = """
import logging, sys
from mercarich_platform.logging import configure
configure("checker-yahoo")
log = logging.getLogger("load")
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    filling = "x" * (20_000 if number % 100 == 0 else number % 3000)
    log.info("line", extra={"writer": sys.argv[1], "number": number, "filling": filling})
"""


@pytest.mark.parametrize("hangup", [False, True], ids=["found out", "told by SIGHUP"])
def test_t9_o1_rotated_under_load_no_line_is_lost_or_torn(tmp_path: Path, hangup: bool) -> None:
    log = tmp_path / "logs" / "inventory-yahoo.log"
    environment = {**os.environ, "MERCARICH_LOG_FILE": str(tmp_path / "logs" / "{log}.log")}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(number), str(LINES)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    rotations = 0
    while any(writer.poll() is None for writer in writers):
        if log.exists() and log.stat().st_size:
            rotations += 1
            log.rename(log.with_suffix(f".{rotations}"))
            if hangup:
                for writer in writers:
                    writer.send_signal(signal.SIGHUP)
        time.sleep(0.01)
    for writer in writers:
        writer.communicate()
        # Python removes signal handlers while it exits. A SIGHUP at that time finds a writer that has written
        # everything.
        assert writer.returncode in (0, -signal.SIGHUP)

    lines = [json.loads(line) for file in log.parent.iterdir() for line in file.read_text().splitlines()]
    found = sorted((line["writer"], line["number"]) for line in lines)
    assert found == sorted((str(writer), number) for writer in range(WRITERS) for number in range(LINES))
    assert rotations >= 3


def test_o2_each_service_has_the_name_of_its_old_file() -> None:
    names = {
        service: path_for(service, "/var/log/mercarich/{log}.log").name
        for service in ("planner-yahoo", "checker-yahoo", "updater-mercari", "feed", "feed-sweep-yahoo", "jobs")
    }

    assert names == {
        "planner-yahoo": "inventory-yahoo.log",
        "checker-yahoo": "inventory-yahoo.log",
        "updater-mercari": "inventory-mercari.log",
        "feed": "update-amazon-feed.log",
        "feed-sweep-yahoo": "update-amazon-feed.log",
        "jobs": "django.log",
    }
    assert path_for("feed", "var/{service}.log") == Path("var/feed.log")


@pytest.mark.parametrize("pattern", ["/proc/no/such.log", "logs/{nobody}.log", "logs/{.log"])
def test_o1_a_file_that_cannot_be_written_is_one_sentence(pattern: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mercarich_platform.front", "db", "wait", "--seconds", "0"],
        env={**os.environ, "MERCARICH_LOG_FILE": pattern},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 78
    assert done.stderr.startswith("mercarich: MERCARICH_LOG_FILE: ")
    with pytest.raises(BadConfiguration):
        path_for("x", "{nobody}")


def log_while_the_folder_is_away(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a process that logs by `line` while its log's folder is away, and once more when the folder is back."""
    script = f"""
import logging, os, sys
from mercarich_platform.logging import configure
configure("feed")
os.rename(sys.argv[1], sys.argv[1] + ".old")
{line}
os.rename(sys.argv[1] + ".old", sys.argv[1])
logging.info("the next one")
"""
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        env={**os.environ, "MERCARICH_LOG_FILE": str(folder / "{service}.log")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_line_whose_folder_went_away_is_told_on_stderr_and_does_not_end_its_writer(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    done = log_while_the_folder_is_away(folder, 'logging.info("to %s", "mysql://u:of-nobody@host")')

    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("MERCARICH_LOG_FILE: No such file or directory: ")
    assert "of-nobody" not in done.stderr
    assert "the next one" in (folder / "feed.log").read_text()


def test_a_line_that_cannot_be_made_while_its_folder_is_away_does_not_end_its_writer(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    done = log_while_the_folder_is_away(folder, 'logging.info("%d pieces", "many")')

    assert done.returncode == 0
    assert "--- Logging error ---" in done.stderr
    assert "the next one" in (folder / "feed.log").read_text()


def test_a_log_is_not_for_everybody_to_read(tmp_path: Path) -> None:
    LogFile(tmp_path / "feed.log").close()

    assert (tmp_path / "feed.log").stat().st_mode & 0o007 == 0


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_line_that_cannot_be_made_is_told_on_stderr_and_does_not_end_its_writer(tmp_path: Path, style: str) -> None:
    script = """
import logging, sys
from mercarich_platform.logging import configure
configure("feed", style=sys.argv[1])
logging.info("%d pieces", "many")
logging.info("a name", extra={"file": "\\udcff"})
logging.info("the next one")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, style],
        env={**os.environ, "MERCARICH_LOG_FILE": str(tmp_path / "{service}.log")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0
    assert done.stderr.count("--- Logging error ---") == 2
    assert "the next one" in (tmp_path / "feed.log").read_text()
