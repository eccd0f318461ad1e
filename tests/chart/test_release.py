"""The chart's OCI archive of a release: helm takes it from a registry as it takes what it has pushed itself."""

import json
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.chart.rendering import CHART, HELMS, helm
from tools.release.archive import MANIFEST, wrap_chart


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    done = helm("helm3", "package", ".", "--destination", str(tmp_path), "--app-version", "1.0.0-rc.1")
    assert done.returncode == 0, done.stderr
    [packed] = tmp_path.glob("*.tgz")
    wrap_chart(packed, tmp_path / "chart.tar")
    return tmp_path / "chart.tar"


@pytest.fixture
def registry(archive: Path) -> Iterator[str]:
    """Serve what the archive holds, as a registry that somebody has copied it into. Return its address."""
    with tarfile.open(archive) as tar:
        contents = {member.name: content.read() for member in tar if (content := tar.extractfile(member))}
    [named] = json.loads(contents["index.json"])["manifests"]
    tags = {named["annotations"]["org.opencontainers.image.ref.name"]: named["digest"]}

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, reference = self.path.rpartition("/")
            digest = tags.get(reference, reference)
            body = contents.get(f"blobs/{digest.replace(':', '/')}", b"")
            self.send_response(200 if body or self.path == "/v2/" else 404)
            self.send_header("Content-Type", MANIFEST if kind.endswith("/manifests") else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Docker-Content-Digest", digest)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"oci://127.0.0.1:{server.server_port}/shop/mercarich"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("binary", HELMS)
def test_helm_installs_from_a_registry_what_the_archive_holds(registry: str, binary: str) -> None:
    given = ("--version", "1.0.0", "--plain-http", "--values", "ci/minimal-values.yaml", "--kube-version", "v1.33.0")
    done = helm(binary, "template", "rel", registry, *given)

    assert done.returncode == 0, done.stderr
    assert "mercarich-checker:1.0.0-rc.1" in done.stdout
    described = helm(binary, "show", "readme", registry, "--version", "1.0.0", "--plain-http")
    assert described.stdout.strip() == (CHART / "README.md").read_text().strip()
