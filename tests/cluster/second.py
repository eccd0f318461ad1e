"""A second release beside the tier's own, in its namespace: its broker asks for SASL_SSL, its database for TLS, and a
private CA signs for both."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.images import KAFKA, MARIADB, PREFIX
from tests.cluster.kube import Namespace, Object, Refused, is_ready, until
from tests.cluster.release import Release
from tests.cluster.watch import OURS
from tests.services.certificates import Authority

from mercarich_platform.sealing import new_key

SECOND = "mercarich-second"
PASSWORD = "right-horse"
BROKER, DATABASE, MARKET = "second-kafka", "second-mariadb", "second-simulator"
OTHERS = f"{OURS}=second"
_HERE = Path(__file__).parent
_UP_SECONDS = 180.0
_KINDS = "jobs,pods,services,configmaps,secrets,networkpolicies"


class SecondRelease(Release):
    """Installed by its values alone, as one beside a trial would be; what it needs is there before it."""

    def __init__(self, first: Release) -> None:
        super().__init__(first.space, first.images, word=SECOND, values=_HERE / "second-values.yaml")

    @property
    def database(self) -> str:
        return DATABASE

    @property
    def market(self) -> str:
        return MARKET

    def install(self) -> None:
        """Broker, database and market first; the sample data follows the schema."""
        self.space.kubectl("create", "-f", "-", given=json.dumps(_secret(self.space)))
        manifests = (_HERE / "second.yaml").read_text()
        images = {"KAFKA_IMAGE": KAFKA, "MARIADB_IMAGE": MARIADB}
        images |= {"SIMULATOR_IMAGE": f"{PREFIX}simulator:{self.images.tag}"}
        for word, image in images.items():
            manifests = manifests.replace(word, image)
        self.space.kubectl("create", "-f", "-", given=manifests)
        until(lambda: all(map(is_ready, self._others())), _UP_SECONDS, "broker, database and market are ready")
        super().install()

    def remove(self) -> None:
        """Whatever of it is there."""
        self.space.helm("uninstall", SECOND, "--wait", "--ignore-not-found")
        self.space.kubectl("delete", _KINDS, "-l", OTHERS, "--grace-period=1")

    def topics(self) -> set[str]:
        """Return the names of the topics at the broker but its own, from the folders of their partitions."""
        folders = self.space.inside(BROKER, "ls", "/var/lib/kafka/data").split()
        topics = {name.rpartition("-")[0] for name in folders if name.rpartition("-")[2].isdigit()}
        return {name for name in topics if not name.startswith("__")}

    def _others(self) -> list[Object]:
        return [self.space.get("pod", name) for name in (BROKER, DATABASE, MARKET)]


def database_url(ca: str) -> str:
    """Return the database's address; `ca` is the file of the authorities that are trusted."""
    return f"mysql+pymysql://mercarich:{PASSWORD}@{DATABASE}/mercarich?charset=utf8mb4&ssl_ca={ca}"


def reaches(space: Namespace, pod: str, host: str, port: int) -> bool:
    """Return whether a pod can open a connection."""
    try:
        space.inside(pod, "timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{host}/{port}")
    except Refused:
        return False
    return True


def _secret(space: Namespace) -> Mapping[str, object]:
    """The certificates, keys of its own, and the market's credentials: those that the first release's market has."""
    known = space.get("secret", "mercarich-dev")["data"]
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        server = authority.issue("server", [BROKER, DATABASE])
        texts = {
            "ca.crt": authority.cert.read_text(),
            "server.crt": server.cert.read_text(),
            "server.key": server.key.read_text(),
            "both.pem": server.both,
            "password": PASSWORD,
            "database-url": database_url("/etc/mercarich/ca/ca.crt"),
            "pages-key": new_key(),
            "encryption-key": new_key(),
        }
    taken = ("lwa-client-id", "lwa-client-secret")
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "second", "labels": {OURS: "second"}},
        "data": {key: known[key] for key in taken},
        "stringData": texts,
    }
