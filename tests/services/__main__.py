"""Runs Apache Kafka and MariaDB until Ctrl-C, and prints the variables that point the product at them."""

import sys
import tempfile
import threading
from pathlib import Path

from tests.services.kafka import start_kafka
from tests.services.mariadb import MariaDb
from tests.services.process import Missing

from mercarich_platform.shutdown import install_signals


def main() -> int:
    stop = threading.Event()
    install_signals(stop)
    with tempfile.TemporaryDirectory(prefix="mercarich-services-") as folder:
        for name in ("kafka", "mariadb"):
            (Path(folder) / name).mkdir()
        try:
            kafka = start_kafka(Path(folder) / "kafka")
            database = MariaDb(Path(folder) / "mariadb")
        except Missing as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
        print(f"export MERCARICH_KAFKA_BOOTSTRAP=127.0.0.1:{kafka.port}")  # noqa: T201
        print(f"export MERCARICH_DATABASE_URL='{database.create_database()}'", flush=True)  # noqa: T201
        stop.wait()
        kafka.stop()
        database.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
