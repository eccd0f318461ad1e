"""Apache Kafka with one KRaft node. Its jars are fetched once through pom.xml into jars/, which Git ignores."""

import fcntl
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.process import Service, free_port, tool

HERE = Path(__file__).parent
JARS = HERE / "jars"
UP_SECONDS = 60.0
ONE_COMPILER = "-XX:TieredStopAtLevel=1"
"""For a process that lives for minutes, the optimizing compiler costs more of the processors than it gives back."""


def start_kafka(
    folder: Path,
    *,
    port: int | None = None,
    more: Mapping[str, object] | None = None,
    formatted: Sequence[str] = (),
    measured: bool = False,
) -> Service:
    """Format and start a broker with its data under `folder`, on `port` or a free port. Return its address.

    `more` are properties besides the usual ones, or in their place; `formatted` are further words of the format tool;
    `measured`: with every compiler that its users have, which takes a while to be worth it.
    """
    java = tool("java", "default-jre-headless")
    fetch_jars()
    port, controller = port or free_port(), free_port()
    config = folder / "server.properties"
    config.write_text(_properties(folder / "data", port, controller, more or {}))
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    classes = ["-cp", f"{JARS}/*"]
    storage = [java, ONE_COMPILER, *classes, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
    storage += ["-c", str(config), *formatted]
    subprocess.run(storage, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    small = ["-Xmx384m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    compilers = [] if measured else [ONE_COMPILER]
    kafka = Service([java, *small, *compilers, *classes, "kafka.Kafka", str(config)], folder / "kafka.log", port=port)
    kafka.wait_until(kafka.accepts, UP_SECONDS)
    return kafka


def fetch_jars() -> Path:
    """Return the folder of the jars. They are fetched once for all test processes; a second call costs nothing."""
    JARS.mkdir(exist_ok=True)
    with (JARS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if any(JARS.glob("kafka_2.13-*.jar")):
            return JARS
        maven = [tool("mvn", "maven"), "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*maven, f"-DoutputDirectory={JARS}"], check=True)
    return JARS


def _properties(data: Path, port: int, controller: int, more: Mapping[str, object]) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "default.replication.factor": 1,
        "group.initial.rebalance.delay.ms": 0,
        "auto.create.topics.enable": "false",
    }
    return "".join(f"{key}={value}\n" for key, value in (settings | dict(more)).items())
