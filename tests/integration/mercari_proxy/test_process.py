"""Both proxies as processes: how they start, refuse to start, and end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from tests.services.proxies import Reply, upstream

from mercarich_platform.exit_codes import BAD_CONFIGURATION, DONE, TRY_AGAIN, USAGE

PROXIES = [("mercarich_mercari_proxy", "MERCARI_PROXY_"), ("mercarich_yahoo_proxy", "YAHOO_PROXY_")]
both = pytest.mark.parametrize(("module", "prefix"), PROXIES)


def command(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, "serve", *arguments]


def environment(**variables: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if "_PROXY_" not in name}, **variables}


def outcome(module: str, *arguments: str, **variables: str) -> tuple[int, str]:
    """Return the exit code and stderr of a process that is expected to end on its own."""
    done = subprocess.run(
        command(module, *arguments), env=environment(**variables), capture_output=True, text=True, timeout=30
    )
    return done.returncode, done.stderr.strip()


@contextmanager
def running(module: str, port: int, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command(module, "--port", str(port)), env=environment(**variables), stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 20
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@both
def test_the_web_is_not_asked_before_its_terms_are_settled(module: str, prefix: str) -> None:
    code, text = outcome(module, **{f"{prefix}UPSTREAM": "web"})

    assert code == BAD_CONFIGURATION
    assert f"{prefix}ACCEPT_TERMS" in text
    assert "terms of use" in text
    assert text.count("\n") == 0


@both
def test_the_real_host_is_not_asked_faster_than_its_cap(module: str, prefix: str) -> None:
    web = {f"{prefix}UPSTREAM": "web", f"{prefix}ACCEPT_TERMS": "yes"}
    fast = outcome(module, **web, **{f"{prefix}RATE_PER_SECOND": "5"})
    many = outcome(module, **web, **{f"{prefix}CONCURRENCY": "3"})

    assert (fast[0], many[0]) == (BAD_CONFIGURATION, BAD_CONFIGURATION)
    assert f"{prefix}RATE_PER_SECOND: at most" in fast[1]
    assert f"{prefix}CONCURRENCY: at most 2" in many[1]


@both
@pytest.mark.parametrize(
    ("name", "value"),
    [("UPSTREAM", "moon"), ("CONCURRENCY", "0"), ("RATE_PER_SECOND", "fast"), ("UPSTREAM_URL", "ftp://x")],
)
def test_a_wrong_setting_is_named(module: str, prefix: str, name: str, value: str) -> None:
    code, text = outcome(module, **{f"{prefix}{name}": value})

    assert code == BAD_CONFIGURATION
    assert f"{prefix}{name}" in text


@both
def test_a_port_in_use_is_one_sentence_and_try_again(module: str, prefix: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, text = outcome(module, "--port", str(port))

    assert code == TRY_AGAIN
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in text


def test_a_port_that_is_none_is_a_usage_error() -> None:
    assert outcome("mercarich_mercari_proxy", "--port", "70000")[0] == USAGE


@both
def test_sigterm_cuts_an_open_stream_and_ends_within_five_seconds(module: str, prefix: str, port: int) -> None:
    with (
        upstream(lambda _: Reply(after_seconds=30)) as market,
        running(module, port, **{f"{prefix}UPSTREAM_URL": market.url}) as process,
    ):
        body = {"ids": ["m12345678901", "x1234567890"]}
        url = f"http://127.0.0.1:{port}/v1/items:check"
        with httpx.stream("POST", url, json=body, trust_env=False, timeout=20) as answer:
            lines = answer.iter_lines()
            next(lines)
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            assert process.wait(10) == DONE
            assert time.monotonic() - started < 5
            with pytest.raises(httpx.RemoteProtocolError):
                list(lines)
