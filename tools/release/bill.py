"""The bill of materials of an image, in CycloneDX: what its lock file pins, and what the image itself shows.

The lock file gives the hashes of the Python packages. The image gives which of them it holds, the members of this
workspace, the packages of the operating system, Python where no package brings it, and the base image by its digest.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools.release.archive import Image

SYSTEM = ("etc/os-release", "usr/lib/os-release")
PACKAGES = re.compile(r"var/lib/dpkg/status(\.d/[^/]+)?$")
"""Debian's list of what is installed; images without a shell have a file for each package."""
PYTHON = re.compile(r"opt/mercarich/lib/python3[^/]*/site-packages/[^/]+\.dist-info/METADATA$")
BASE = "org.opencontainers.image.base."
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Component = dict[str, Any]


def complete(bill: Path, image: Image, service: str, tag: str) -> None:
    """Write into the bill, which has the packages of the lock file, what the image shows.

    Raise `ValueError` when the image does not tell the digest of its base or the packages of its system, or holds a
    Python package that the lock file does not pin.
    """
    files = image.files(lambda path: path in SYSTEM or bool(PACKAGES.match(path) or PYTHON.match(path)))
    content = json.loads(bill.read_text())
    content["components"] = [
        *_system(files),
        *_python(files, content["components"]),
        *_interpreter(image.config.get("Env") or ()),
        _base(image),
    ]
    content["metadata"]["component"] = {
        "type": "container",
        "bom-ref": "image",
        "name": f"mercarich-{service}",
        "version": tag,
        "purl": f"pkg:oci/mercarich-{service}@{quote(image.digest)}?tag={quote(tag)}",
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    known = {each["bom-ref"] for each in content["components"]}
    content["dependencies"] = [{"ref": "image", "dependsOn": sorted(known)}, *({"ref": it} for it in sorted(known))]
    bill.write_text(json.dumps(content, indent=2) + "\n")


def _base(image: Image) -> Component:
    """Return the base image by the label that `make images` sets, or by what the builder has noted in the manifest."""
    labels = image.config.get("Labels") or {}
    digest = labels.get(f"{BASE}digest") or image.annotations.get(f"{BASE}digest") or ""
    name = (labels.get(f"{BASE}name") or image.annotations.get(f"{BASE}name") or "").partition("@")[0]
    if not DIGEST.fullmatch(digest):
        raise ValueError(
            f"nothing tells the digest of its base image: build it with BASE_IMAGE={name or 'NAME'}@sha256:…"
        )
    path, _, tag = name.rpartition("/")[2].partition(":")
    hashes = [{"alg": "SHA-256", "content": digest.partition(":")[2]}]
    purl = f"pkg:oci/{path}@{quote(digest)}" + (f"?tag={quote(tag)}" if tag else "")
    return {"type": "container", "bom-ref": "base", "name": name, "version": digest, "hashes": hashes, "purl": purl}


def _system(files: Mapping[str, bytes]) -> Iterator[Component]:
    told = next((files[name].decode() for name in SYSTEM if name in files), "")
    release = {key: value.strip("\"'") for key, _, value in (line.partition("=") for line in told.splitlines())}
    lists = [files[name].decode() for name in sorted(files) if PACKAGES.match(name)]
    if not lists or "ID" not in release:
        raise ValueError("the image has no list of Debian's packages, and its bill would lack them")
    name, version = release["ID"], release.get("VERSION_ID", "")
    yield {"type": "operating-system", "bom-ref": "system", "name": name, "version": version}
    distro = f"distro={name}-{version}" if version else f"distro={name}"
    for fields in map(_fields, re.split(r"\n\n+", "\n\n".join(lists).strip())):
        if fields.get("Status", "install ok installed").endswith(" installed"):
            yield _package(fields, name, distro)


def _fields(stanza: str) -> dict[str, str]:
    """Return the fields of a package that stand on one line."""
    return {key: value.strip() for key, _, value in (it.partition(":") for it in re.findall(r"(?m)^\S.*$", stanza))}


def _package(fields: Mapping[str, str], system: str, distro: str) -> Component:
    name, version, architecture = fields["Package"], fields["Version"], fields["Architecture"]
    source = fields.get("Source", name).split()[0]
    upstream = "" if source == name else f"&upstream={quote(source, safe='')}"
    here = f"{quote(name, safe='')}@{quote(version, safe='')}?arch={architecture}&{distro}{upstream}"
    purl = f"pkg:deb/{system}/{here}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _python(files: Mapping[str, bytes], pinned: Iterable[Component]) -> Iterator[Component]:
    """Return the pinned packages that the image holds, and the members of the workspace."""
    here = [BytesParser().parsebytes(files[name], headersonly=True) for name in sorted(files) if PYTHON.match(name)]
    by_name = {(_normal(each["name"]), each["version"]): each for each in pinned}
    for name, version in sorted((_normal(each["Name"]), each["Version"]) for each in here):
        if (name, version) in by_name:
            yield by_name[name, version]
        elif name.startswith("mercarich-"):
            purl = f"pkg:pypi/{name}@{version}"
            yield {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
        else:
            raise ValueError(f"the image holds {name} {version}, which no lock file pins")


def _interpreter(environment: Iterable[str]) -> Iterator[Component]:
    """Return the Python that the image itself has compiled, as Python's own images tell it."""
    for name, _, version in (each.partition("=") for each in environment):
        if name == "PYTHON_VERSION":
            purl = f"pkg:generic/python@{version}"
            yield {"type": "application", "bom-ref": purl, "name": "python", "version": version, "purl": purl}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
