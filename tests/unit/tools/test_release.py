"""`make push` and `make release`: what is built, pushed, packed and summed, with stand-ins for docker and helm."""

import io
import json
import re
import shlex
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.services.oci import write_image
from tools.release import __main__ as release
from tools.release.archive import Image

ROOT = Path(__file__).parents[3]
BASE = "sha256:" + "b" * 64
STAND_IN = """
import shutil, sys
from pathlib import Path
with Path({log!r}).open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
words, here = sys.argv[1:], Path({here!r})
if words[0] == "package":
    shutil.copy(here / "mercarich-1.0.0.tgz", words[3])
elif words[0] == "requirements":
    shutil.copy(here / "bill.json", words[words.index("--output-file") + 1])
elif words[0] == "save":
    shutil.copy(here / "image.tar", words[1])
"""
STATUS = """Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u10
Description: GNU C Library
 Version: not a field

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: tzdata
Status: install ok installed
Architecture: all
Version: 1:2025b-0
"""
PACKAGES = "opt/mercarich/lib/python3.13/site-packages"
LAYERS = (
    {"usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\n', "var/lib/dpkg/status": "Package: old\n"},
    {
        "var/lib/dpkg/status": STATUS,
        f"{PACKAGES}/NumPy-2.5.5.dist-info/METADATA": "Name: NumPy\nVersion: 2.5.5\n\nVersion: of the text\n",
        f"{PACKAGES}/pip-26.dist-info/METADATA": "Name: pip\nVersion: 26\n",
    },
    {
        f"{PACKAGES}/.wh.pip-26.dist-info": "",
        f"{PACKAGES}/mercarich_checker-1.0.0.dist-info/METADATA": "Name: mercarich-checker\nVersion: 1.0.0\n",
    },
)
CONFIG: dict[str, Any] = {
    "Env": ["PATH=/opt/mercarich/bin", "PYTHON_VERSION=3.13.9"],
    "Labels": {
        "org.opencontainers.image.base.name": f"python:3.13-slim@{BASE}",
        "org.opencontainers.image.base.digest": BASE,
    },
}


def pinned(name: str, version: str) -> dict[str, str]:
    return {"bom-ref": f"{name}-{version}", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}


BILL = {
    "components": [pinned("numpy", "2.4.6"), pinned("numpy", "2.5.5")],
    "dependencies": [{"ref": "numpy-2.4.6"}],
    "metadata": {"component": {"name": "mercarich-checker"}},
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What docker saves, whichever image it is asked for."""
    write_image(tmp_path / "image.tar", LAYERS, CONFIG)
    return tmp_path / "image.tar"


@pytest.fixture
def tool(tmp_path: Path, log: Path, image: Path) -> str:
    """Write down each call, and make the files that helm, docker and cyclonedx-py make."""
    (tmp_path / "bill.json").write_text(json.dumps(BILL))
    chart = b"name: mercarich\nversion: 1.0.0\nappVersion: '9'\ndescription: Watches sources.\n"
    with tarfile.open(tmp_path / "mercarich-1.0.0.tgz", "w:gz") as tar:
        entry = tarfile.TarInfo("mercarich/Chart.yaml")
        entry.size = len(chart)
        tar.addfile(entry, io.BytesIO(chart))
    script = tmp_path / "tool.py"
    script.write_text(STAND_IN.format(log=str(log), here=str(tmp_path)))
    return shlex.join([sys.executable, str(script)])


def pack(tool: str, to: str) -> None:
    services = ["--services", "checker", "feed"]
    tools = ["--helm", tool, "--bill", tool, "--save", f"{tool} save {{file}} {{image}}"]
    release.main([to, "--tag", "9", *services, *tools])


def test_each_file_of_the_folder_is_what_its_name_says(tool: str, log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    pack(tool, str(folder))

    names = {path.name for path in folder.iterdir()}
    images = {f"mercarich-{service}{end}" for service in ("checker", "feed") for end in ("-9.tar", ".cdx.json")}
    beside = {"SHA256SUMS", "UPGRADING.md", "LICENSE", "mercarich-1.0.0.tgz", "mercarich-chart-1.0.0.tar"}
    assert names == images | beside
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True
    )
    assert {line.partition(":")[0] for line in done.stdout.decode().splitlines()} == names - {"SHA256SUMS"}
    assert [line for line in log.read_text().splitlines() if line.startswith("save")] == [
        f"save {folder}/mercarich-{service}-9.tar mercarich-{service}:9" for service in ("checker", "feed")
    ]
    assert (folder / "UPGRADING.md").read_bytes() == (ROOT / "UPGRADING.md").read_bytes()
    with pytest.raises(SystemExit, match="is not empty"):
        pack(tool, str(folder))


def test_a_bill_has_what_the_image_holds_and_its_base_by_digest(tool: str, image: Path, tmp_path: Path) -> None:
    pack(tool, str(tmp_path / "out"))

    bill = json.loads((tmp_path / "out/mercarich-checker.cdx.json").read_text())
    assert [each.get("purl", each["name"]) for each in bill["components"]] == [
        "debian",
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12&upstream=glibc",
        "pkg:deb/debian/tzdata@1%3A2025b-0?arch=all&distro=debian-12",
        "pkg:pypi/mercarich-checker@1.0.0",
        "pkg:pypi/numpy@2.5.5",
        "pkg:generic/python@3.13.9",
        f"pkg:oci/python@{BASE.replace(':', '%3A')}?tag=3.13-slim",
    ]
    assert bill["components"][-1]["hashes"] == [{"alg": "SHA-256", "content": "b" * 64}]
    described = bill["metadata"]["component"]
    assert (described["type"], described["name"], described["version"]) == ("container", "mercarich-checker", "9")
    with tarfile.open(image) as tar:
        assert Image(tar).digest.replace(":", "%3A") in described["purl"]
    [whole, *_] = bill["dependencies"]
    assert whole == {"ref": "image", "dependsOn": sorted(each["bom-ref"] for each in bill["components"])}


def test_a_base_that_the_builder_has_noted_needs_no_label(tool: str, image: Path, tmp_path: Path) -> None:
    noted = {"org.opencontainers.image.base.name": "base:12", "org.opencontainers.image.base.digest": BASE}
    write_image(image, LAYERS, {"Labels": {"org.opencontainers.image.base.digest": ""}}, noted)
    pack(tool, str(tmp_path / "out"))

    base = json.loads((tmp_path / "out/mercarich-feed.cdx.json").read_text())["components"][-1]
    assert (base["name"], base["version"]) == ("base:12", BASE)


@pytest.mark.parametrize(
    ("layers", "config", "says"),
    [
        (LAYERS, {}, "nothing tells the digest of its base image: build it with BASE_IMAGE=NAME@sha256:"),
        (LAYERS[2:], CONFIG, "the image has no list of Debian's packages"),
        ((*LAYERS, LAYERS[1]), CONFIG, "the image holds pip 26, which no lock file pins"),
    ],
)
def test_an_image_whose_bill_would_not_be_whole_is_not_released(
    tool: str, image: Path, tmp_path: Path, layers: Any, config: Any, says: str
) -> None:
    write_image(image, layers, config)
    with pytest.raises(SystemExit, match=says):
        pack(tool, str(tmp_path / "out"))


def test_an_archive_of_an_old_docker_is_refused(tool: str, image: Path, tmp_path: Path) -> None:
    with tarfile.open(image, "w"):
        pass
    with pytest.raises(SystemExit, match=r"mercarich-checker-9\.tar: the saved file is no OCI archive"):
        pack(tool, str(tmp_path / "out"))


def test_a_registry_gets_the_chart_and_no_image_is_saved(
    tool: str, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "ROOT", tmp_path)
    for name in release.BESIDES:
        (tmp_path / name).write_text("")
    pack(tool, "oci://registry.example/shop")

    packed = tmp_path / "var/release"
    assert log.read_text().splitlines()[-1] == f"push {packed}/mercarich-1.0.0.tgz oci://registry.example/shop"
    assert {path.name for path in packed.glob("*.tar")} == {"mercarich-chart-1.0.0.tar"}
    saved = [line.split()[-1] for line in log.read_text().splitlines() if line.startswith("save")]
    assert saved == [f"registry.example/shop/mercarich-{service}:9" for service in ("checker", "feed")]
    assert {path.name for path in packed.glob("*.json")} == {"mercarich-checker.cdx.json", "mercarich-feed.cdx.json"}


def test_the_images_of_a_registry_are_built_under_its_name_and_pushed(tool: str, log: Path) -> None:
    words = ["make", "push", "REGISTRY=registry.example/shop", f"IMAGE_BUILD={tool} build", f"IMAGE_PUSH={tool} push"]
    subprocess.run([*words, "IMAGE_TAG=9"], cwd=ROOT, check=True, capture_output=True)

    calls = [line.split() for line in log.read_text().splitlines()]
    pushed = [call[1] for call in calls if call[0] == "push"]
    built = [call[call.index("--tag") + 1] for call in calls if call[0] == "build"]
    services = {path.parent.name for path in ROOT.glob("services/*/requirements.lock")} - {"simulator"}
    assert set(pushed) == {f"registry.example/shop/mercarich-{service}:9" for service in services}
    assert pushed == built


def test_a_push_to_nowhere_says_what_it_needs() -> None:
    done = subprocess.run(["make", "push"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "make push REGISTRY=" in done.stderr


@pytest.mark.parametrize(("given", "digest"), [(f"python:3.13-slim@{BASE}", BASE), ("python:3.13-slim", "")])
def test_a_base_image_can_be_given_by_its_digest(tool: str, log: Path, given: str, digest: str) -> None:
    words = ["make", "images", "IMAGES=checker", f"IMAGE_BUILD={tool} build", f"BASE_IMAGE={given}"]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)

    assert f"--build-arg BASE_IMAGE={given} --build-arg BASE_DIGEST={digest} " in log.read_text()


def test_the_image_says_what_its_base_is() -> None:
    text = (ROOT / "docker/Dockerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    for name, argument in (("name", "BASE_IMAGE"), ("digest", "BASE_DIGEST")):
        assert f"\nARG {argument}\n" in last
        assert f'org.opencontainers.image.base.{name}="${{{argument}}}"' in last


def test_the_charts_own_images_name_no_registry() -> None:
    """The node's configuration says which one is asked, or a mirror of it."""
    values = (ROOT / "charts/mercarich/values.yaml").read_text()
    images = re.findall(r"^ *image: *(\S+)$", values, re.M)
    assert len(images) == 2
    assert [image for image in images if re.match(r"[^/]*[.:][^/]*/", image)] == []


def test_no_dockerfile_names_a_registry_or_a_base_that_cannot_be_replaced() -> None:
    files = [*ROOT.glob("docker/Dockerfile"), *ROOT.glob("tests/cluster/images/*/Dockerfile")]
    assert len(files) > 1
    for file in files:
        words = [line.split() for line in file.read_text().splitlines() if line.startswith(("ARG", "FROM"))]
        [default] = {name.partition("=")[2] for _, name, *_ in words if name.startswith("BASE_IMAGE=")}
        assert "/" not in default, file
        assert {word[1] for word in words if word[0] == "FROM"} - {"tools", "dependencies"} == {"${BASE_IMAGE}"}, file
