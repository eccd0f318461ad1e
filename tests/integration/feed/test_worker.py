"""The worker and the commands as processes, over a broker, a database and the simulated Amazon."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.feed.conftest import Amazon, Eventually
from tests.integration.feed.shop import Shop

from mercarich_contracts.messages import ListingsChanged
from mercarich_contracts.topics import LISTINGS_CHANGED
from mercarich_feed.adapters.token_cipher import new_key
from mercarich_feed.settings import FeedSettings
from mercarich_platform.kafka import Publisher, group_states

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def environment(shop: Shop, settings: FeedSettings, kafka_bootstrap: str, tmp_path: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("FEED_", "MERCARICH_"))},
        "MERCARICH_DATABASE_URL": shop.engine.url.render_as_string(hide_password=False),
        "MERCARICH_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "MERCARICH_DATA_DIR": str(tmp_path),
        "FEED_LWA_URL": settings.lwa_url,
        "FEED_SPAPI_URL": settings.spapi_url,
        "FEED_LWA_CLIENT_ID": settings.lwa_client_id,
        "FEED_LWA_CLIENT_SECRET": settings.lwa_client_secret.get_secret_value(),
        "FEED_ENCRYPTION_KEY": shop.key,
    }


@pytest.fixture
def start_worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(**changed: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "mercarich_feed", "worker"]
        with (tmp_path / "worker.log").open("ab") as out:
            started.append(subprocess.Popen(command, stdout=out, stderr=out, env=environment | changed))
        return started[-1]

    yield start
    for process in started:
        # The worker leaves the group, so that the next test's worker need not wait for the session's end.
        process.terminate()
    for process in started:
        process.wait(50)


@pytest.fixture
def command(environment: dict[str, str]) -> Run:
    def run(*arguments: str, module: str | None = None, **changed: str) -> "subprocess.CompletedProcess[str]":
        program = [sys.executable, "-m", module] if module else [str(Path(sys.executable).with_name("mercarich"))]
        return subprocess.run(
            [*program, *arguments],
            env=environment | changed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def listed(shop: Shop, user_id: int, count: int) -> list[int]:
    return [row.id for row in shop.rows(user_id) if row.quantity > 0 and row.revision == 0][:count]


def test_a_message_wakes_the_worker_and_sigterm_ends_it(
    start_worker: Callable[..., subprocess.Popen[bytes]],
    shop: Shop,
    amazon: Amazon,
    kafka_bootstrap: str,
    eventually: Eventually,
) -> None:
    first, second = listed(shop, 1, 2)
    worker = start_worker()
    shop.withdraw([first])
    eventually(lambda: shop.row(first).push_pending == 0, seconds=30)
    publisher = Publisher(kafka_bootstrap, client_id="test")
    shop.withdraw([second])
    message = ListingsChanged(user_id=1)
    publisher.publish(LISTINGS_CHANGED.name, message.encode(), key=b"1")
    publisher.publish(LISTINGS_CHANGED.name, b"not a message", key=b"1")
    publisher.flush(10)
    eventually(lambda: shop.row(second).push_pending == 0)
    eventually(lambda: group_states(kafka_bootstrap, [("feed", LISTINGS_CHANGED.name)])[0].lag == 0)
    publisher.close()
    started = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(45) == 0
    assert time.monotonic() - started < 45


def test_f1_the_command_brings_withdrawals_then_restores_through_the_worker(
    start_worker: Callable[..., subprocess.Popen[bytes]],
    command: Run,
    shop: Shop,
    amazon: Amazon,
    eventually: Eventually,
) -> None:
    start_worker()
    shop.withdraw(listed(shop, 1, 2))
    for marketplace in ("yahoo", "mercari"):
        done = command(f"update_feed_{marketplace}", "--max-workers", "4")
        assert done.returncode == 0, done.stderr
        assert f"{marketplace}: asked for" in done.stdout
    eventually(lambda: shop.pending() == 0, seconds=80)
    assert all(amazon.shown(row.seller_id, row.sku) == row.quantity for row in shop.rows())


def test_a_worker_killed_in_the_middle_is_followed_by_the_next(
    start_worker: Callable[..., subprocess.Popen[bytes]], shop: Shop, amazon: Amazon, eventually: Eventually
) -> None:
    ids = [id_ for user_id in (1, 2, 3) for id_ in listed(shop, user_id, 8)]
    for id_ in ids:
        amazon.sell(shop.row(id_).sku)
    worker = start_worker()
    shop.withdraw(ids)
    eventually(lambda: any(shop.row(id_).push_pending == 0 for id_ in ids), seconds=30)
    worker.kill()
    worker.wait()
    for row in shop.rows():
        if row.push_claim is not None:
            shop.end_claim(row.id)
    start_worker()
    eventually(lambda: all(shop.row(id_).push_pending == 0 for id_ in ids), seconds=40)
    assert amazon.get("/_sim/ledger")["double_pushes"] == 0
    assert amazon.get("/_sim/ledger")["missed_withdrawals"] == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"FEED_ENCRYPTION_KEY": ""}, "FEED_ENCRYPTION_KEY or FEED_ENCRYPTION_KEY_FILE is needed"),
        ({"FEED_ENCRYPTION_KEY": new_key()}, "the encryption key does not open the stored tokens"),
        ({"FEED_ENCRYPTION_KEY": "c2hvcnQ="}, "expected 32 bytes in base64"),
        ({"FEED_PUSHERS": "0"}, "FEED_PUSHERS"),
        ({"FEED_SPAPI_URL": "ftp://amazon"}, "FEED_SPAPI_URL"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_code_78(changed: dict[str, str], sentence: str, command: Run) -> None:
    done = command("worker", module="mercarich_feed", **changed)
    assert done.returncode == 78, done.stdout
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not changed.get("FEED_ENCRYPTION_KEY") or changed["FEED_ENCRYPTION_KEY"] not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"MERCARICH_DATABASE_URL": "sqlite:////no/such/folder/m.db"}, 75, "no/such/folder"),
        ({"MERCARICH_KAFKA_BOOTSTRAP": "127.0.0.1:1"}, 75, "no Kafka broker answers at 127.0.0.1:1"),
    ],
)
def test_what_is_away_is_one_sentence_and_code_75(
    changed: dict[str, str], code: int, sentence: str, command: Run, shop: Shop
) -> None:
    shop.withdraw(listed(shop, 1, 1) + listed(shop, 2, 1))
    done = command("update_feed_yahoo", **changed)
    done = done if done.returncode == code else command("update_feed_mercari", **changed)
    assert done.returncode == code, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_an_older_schema_is_code_78(command: Run, tmp_path: Path) -> None:
    done = command("update_feed_yahoo", MERCARICH_DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}")
    assert done.returncode == 78
    assert "mercarich db upgrade" in done.stderr


def test_an_unknown_seller_is_a_usage_error(command: Run) -> None:
    done = command("update_feed_yahoo", "--usernames", "nobody")
    assert done.returncode == 2
    assert "there is no seller 'nobody'" in done.stderr


def test_the_worker_waits_for_a_database_that_is_away_and_says_so(
    start_worker: Callable[..., subprocess.Popen[bytes]], tmp_path: Path, eventually: Eventually
) -> None:
    worker = start_worker(MERCARICH_DATABASE_URL="sqlite:////no/such/folder/m.db")
    eventually(lambda: "waiting for the database" in (tmp_path / "worker.log").read_text())
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
