"""Installations that have a Kafka in common: each runs whole, also where others write garbage, TLS and users are asked
for, and a command tells what is wrong."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaProducer
from sqlalchemy import Engine, select
from tests.integration.web.conftest import Mercarich
from tests.integration.web.rows import Rows
from tests.integration.web.workers import Proxies, checking, served
from tests.services.secured_kafka import PASSWORD, PREFIX, USER, SecuredKafka

from mercarich_contracts.market import Marketplace
from mercarich_contracts.topics import CHECK
from mercarich_db import tables
from mercarich_db.engine import create, reading
from mercarich_platform.settings import SharedSettings, load

YAHOO = Marketplace.YAHOO
SOURCES = 60
NewDatabase = Callable[[Path], tuple[str, Callable[[], None]]]


@dataclass
class Installation:
    """A database of its own with the same ids as any other's, proxies, and the command."""

    mercarich: Mercarich
    proxies: Proxies
    engine: Engine

    def fill(self) -> None:
        rows = Rows(self.engine)
        seller = rows.user("taro")
        account = {"marketplace_id": "A1VC38T7YXB528", "refresh_token": "x", "token_verdict": "valid"}
        rows.add(tables.amazon_accounts, user_id=seller, seller_id="S1", **account)
        for number in range(SOURCES):
            rows.listing(seller, rows.source(f"x{number}"), f"YA-{number}")

    def checked(self) -> int:
        """Run a check in many small batches; return how many sources it has looked at."""
        self.mercarich.page("settings", "set", "CHECK_BATCH_ITEMS", "5")
        done = self.mercarich("check_item_yahoo", "2", "4", "--max-workers", "14")
        assert done.returncode == 0, done.stderr
        with reading(self.engine) as connection:
            return int(connection.execute(select(tables.runs.c.checked)).scalar_one())

    @property
    def shared(self) -> SharedSettings:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.mercarich.environment.items():
                patch.setenv(name, value)
            return load(SharedSettings)

    def checkers(self) -> int:
        (pool,) = [one for one in self.mercarich.json("queue", "info")["pools"] if one["name"] == "checker-yahoo"]
        return int(pool["workers"] or 0)


Install = Callable[..., Installation]


@pytest.fixture
def install(tmp_path: Path, _new_database: NewDatabase, to_head: Callable[[Engine], None]) -> Iterator[Install]:
    with ExitStack() as end:

        def install(name: str, **kafka: object) -> Installation:
            (tmp_path / name).mkdir()
            url, drop = _new_database(tmp_path / name)
            end.callback(drop)
            engine = create(url)
            end.callback(engine.dispose)
            to_head(engine)
            proxies = end.enter_context(served(Proxies()))
            mercarich = Mercarich(
                MERCARICH_DATABASE_URL=url,
                **{f"MERCARICH_KAFKA_{key}": str(value) for key, value in kafka.items()},
                **{f"CHECKER_{each.upper()}_PROXY_URL": proxies.of(each) for each in Marketplace},
            )
            mercarich.environment["PATH"] = f"{Path(sys.executable).parent}:{mercarich.environment.get('PATH', '')}"
            installed = Installation(mercarich, proxies, engine)
            installed.fill()
            return installed

        yield install


def test_two_installations_on_one_broker_leave_each_other_alone(
    install: Install, kafka_bootstrap: str, unique: str
) -> None:
    shop, staging = (
        install(name, BOOTSTRAP=kafka_bootstrap, PREFIX=f"{unique}.{name}.") for name in ("shop", "staging")
    )
    with checking(YAHOO, shop.shared, shop.proxies), checking(YAHOO, staging.shared, staging.proxies):
        for each in (shop, staging):
            assert each.checked() == SOURCES
            assert len(each.proxies.looked_at) == SOURCES
            assert each.checkers() == 1


def test_garbage_on_every_partition_stops_no_check(install: Install, kafka_bootstrap: str, unique: str) -> None:
    shop = install("shop", BOOTSTRAP=kafka_bootstrap, PREFIX=f"{unique}.")
    shop.mercarich.page("topics", "ensure")
    _write_garbage(kafka_bootstrap, f"{unique}.{CHECK[YAHOO].name}")

    with checking(YAHOO, shop.shared, shop.proxies):
        assert shop.checked() == SOURCES


def test_a_check_runs_whole_on_a_broker_with_tls_users_and_an_authorizer(
    install: Install, secured_kafka: SecuredKafka
) -> None:
    shop = install("shop", **_secured(secured_kafka))
    assert f"{PREFIX}check.yahoo" in shop.mercarich.page("topics", "ensure")

    with checking(YAHOO, shop.shared, shop.proxies):
        assert shop.checked() == SOURCES
        assert shop.checkers() == 1


def test_commands_tell_that_the_broker_refuses_the_user(install: Install, secured_kafka: SecuredKafka) -> None:
    shop = install("shop", **_secured(secured_kafka) | {"PASSWORD": "wrong horse"})
    says = f"the Kafka broker at {secured_kafka.secured} refused the user {USER} (SCRAM-SHA-512)"

    made = shop.mercarich("topics", "ensure", "--seconds", "0")

    assert (made.returncode, says in made.stderr) == (75, True)
    assert says in shop.mercarich.page("queue", "info")
    assert says in shop.mercarich("dlq", "list").stderr


def _secured(kafka: SecuredKafka) -> dict[str, object]:
    return {
        "BOOTSTRAP": kafka.secured,
        "PREFIX": PREFIX,
        "SECURITY": "SASL_SSL",
        "USER": USER,
        "PASSWORD": PASSWORD,
        "CA_FILE": kafka.authority.cert,
    }


def _write_garbage(bootstrap: str, topic: str) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for partition in range(CHECK[YAHOO].partitions):
        for _ in range(25):
            producer.send(topic, b"garbage", partition=partition)
    producer.flush(30)
    producer.close()
