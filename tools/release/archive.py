"""OCI archives: an image is read from one, and the packed chart is wrapped into one."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
REMOVED, ALL_REMOVED = ".wh.", ".wh..wh..opq"
"""A layer's entries that remove one file of the layers below, or everything in a folder."""


class Image:
    """An image in an archive that `docker save` (25 or newer) or `buildah push … oci-archive:…` has written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Raise `ValueError` when the opened file is no OCI archive."""
        self._tar = tar
        try:
            [found] = json.loads(self._read("index.json"))["manifests"]
        except (KeyError, ValueError) as error:
            raise ValueError("the saved file is no OCI archive of one image") from error
        manifest = self._blob(found)
        while "manifests" in manifest:  # A builder's index: the image of its platform, beside its attestations.
            [found] = [each for each in manifest["manifests"] if each["platform"]["os"] != "unknown"]
            manifest = self._blob(found)
        self.digest: str = found["digest"]
        self.annotations: Mapping[str, str] = manifest.get("annotations") or {}
        self.config: Mapping[str, Any] = self._blob(manifest["config"])["config"]
        self._layers = manifest["layers"]

    def files(self, wanted: Callable[[str], bool]) -> dict[str, bytes]:
        """Return the content of the wanted regular files by their path from the root, as a container would see them."""
        found: dict[str, bytes] = {}
        for layer in self._layers:
            with tarfile.open(fileobj=self._tar.extractfile(_place(layer["digest"]))) as tar:
                added: dict[str, bytes] = {}
                for member in tar:
                    path = PurePosixPath("/", member.name).relative_to("/")
                    if path.name == ALL_REMOVED:
                        found = {name: text for name, text in found.items() if not _is_below(name, path.parent)}
                    elif path.name.startswith(REMOVED):
                        gone = path.with_name(path.name.removeprefix(REMOVED))
                        found = {name: text for name, text in found.items() if not _is_below(name, gone)}
                    elif member.isfile() and wanted(str(path)):
                        content = tar.extractfile(member)
                        added[str(path)] = content.read() if content else b""
                found |= added
        return found

    def _blob(self, descriptor: Mapping[str, Any]) -> Any:
        return json.loads(self._read(_place(descriptor["digest"])))

    def _read(self, name: str) -> bytes:
        file = self._tar.extractfile(name)
        assert file is not None, name
        return file.read()


def wrap_chart(package: Path, to: Path) -> None:
    """Write the chart, which `helm package` has packed, as the artifact that `helm push` would make of it."""
    content = package.read_bytes()
    with tarfile.open(package) as tar:
        described = tar.extractfile("mercarich/Chart.yaml")
        assert described is not None
        chart = yaml.safe_load(described)
    config = json.dumps(chart).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CHART_CONFIG, **_described(config)},
        "layers": [{"mediaType": CHART_LAYER, **_described(content)}],
        "annotations": {f"org.opencontainers.image.{it}": chart[it] for it in ("description", "version")}
        | {"org.opencontainers.image.title": chart["name"]},
    }
    written = json.dumps(manifest).encode()
    named = {"org.opencontainers.image.ref.name": chart["version"]}
    index = {"mediaType": MANIFEST, **_described(written), "annotations": named}
    with tarfile.open(to, "w") as tar:
        _add(tar, "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
        for blob in (config, content, written):
            _add(tar, _place(_described(blob)["digest"]), blob)
        _add(tar, "index.json", json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [index]}).encode())


def _described(blob: bytes) -> dict[str, Any]:
    return {"digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)}


def _place(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def _is_below(name: str, path: PurePosixPath) -> bool:
    """Return whether it is this path, or in this folder."""
    return PurePosixPath(name).is_relative_to(path)
