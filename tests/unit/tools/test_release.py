"""`make push` and `make release`: what is built, pushed, packed and summed, with stand-ins for docker and helm."""

import hashlib
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tools import release

ROOT = Path(__file__).parents[3]
STAND_IN = """
import sys
from pathlib import Path
with Path({log!r}).open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
words = sys.argv[1:]
if words[0] == "package":
    Path(words[3], "mercarich-9.tgz").write_text("chart")
elif words[0] == "requirements":
    Path(words[words.index("--output-file") + 1]).write_text("bill")
elif words[0] == "save":
    Path(words[1]).write_text(words[2])
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def tool(tmp_path: Path, log: Path) -> str:
    """Write down each call, and make the files that helm, docker and cyclonedx-py make."""
    script = tmp_path / "tool.py"
    script.write_text(STAND_IN.format(log=str(log)))
    return shlex.join([sys.executable, str(script)])


def pack(tool: str, to: str) -> None:
    services = ["--services", "checker", "feed"]
    release.main([to, "--tag", "9", *services, "--helm", tool, "--bill", tool, "--save", f"{tool} save"])


def test_a_folder_has_chart_images_bills_and_sums_of_them_all(tool: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    pack(tool, str(folder))

    names = sorted(path.name for path in folder.iterdir())
    images = [f"mercarich-{service}{end}" for service in ("checker", "feed") for end in ("-9.tar", ".cdx.json")]
    assert names == sorted(["SHA256SUMS", "mercarich-9.tgz", *images])
    told = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert set(told) == set(names) - {"SHA256SUMS"}
    assert told["mercarich-9.tgz"] == hashlib.sha256(b"chart").hexdigest()
    assert (folder / "mercarich-feed-9.tar").read_text() == "mercarich-feed:9"
    with pytest.raises(SystemExit, match="is not empty"):
        pack(tool, str(folder))


def test_a_registry_gets_the_chart_and_no_image_is_saved(
    tool: str, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "ROOT", tmp_path)
    pack(tool, "oci://registry.example/shop")

    packed = tmp_path / "var/release"
    assert log.read_text().splitlines()[-1] == f"push {packed}/mercarich-9.tgz oci://registry.example/shop"
    assert [path.name for path in packed.glob("*.tar")] == []


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
