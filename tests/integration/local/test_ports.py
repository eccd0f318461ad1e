"""Free ports: no two processes get the same one."""

import socket
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from mercarich_local import ports
from mercarich_local.ports import FIRST, HOST, LAST, free_ports


def test_no_two_processes_are_given_the_same_port() -> None:
    with ProcessPoolExecutor(4) as processes:
        given = [port for some in processes.map(free_ports, [20] * 20) for port in some]

    assert len(set(given)) == 400
    assert all(FIRST <= port <= LAST for port in given)


def test_a_port_that_somebody_listens_on_is_left_out_and_the_last_is_followed_by_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(ports, "FIRST", LAST + 1)  # A range that no other process uses.
    monkeypatch.setattr(ports, "LAST", LAST + 100)
    first, second, third = sorted(free_ports(3))
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", third)
    with socket.create_server((HOST, second)):
        given = [free_ports(1)[0] for _ in range(3)]
        with pytest.raises(OSError, match="fewer than 3 ports"):
            free_ports(3)

    assert given == [first, third, first]
