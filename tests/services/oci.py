"""Images as OCI archives, as `docker save` and `buildah push … oci-archive:…` write them."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Layer = Mapping[str, str]
"""Files by their path from the root."""


def write_image(
    path: Path, layers: Iterable[Layer], config: Mapping[str, Any], annotations: Mapping[str, str] | None = None
) -> str:
    """Write an image into an archive. Return its digest."""
    blobs: dict[str, bytes] = {}

    def blob(content: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"digest": f"sha256:{digest}", "size": len(content)}

    def described(value: Any) -> dict[str, Any]:
        return blob(json.dumps(value).encode())

    packed = [blob(gzip.compress(_tar({name: text.encode() for name, text in layer.items()}))) for layer in layers]
    manifest = {"config": described({"config": config}), "layers": packed, "annotations": annotations or {}}
    image = {"mediaType": MANIFEST, **described({"schemaVersion": 2, **manifest})}
    index = json.dumps({"schemaVersion": 2, "manifests": [image]}).encode()
    path.write_bytes(_tar({"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": index, **blobs}))
    return str(image["digest"])


def _tar(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return written.getvalue()
