"""Where the page on Kubernetes lists images, it lists all of them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
IMAGES = {path.parent.name for path in ROOT.glob("services/*/requirements.lock")}
PAGE = (ROOT / "docs/kubernetes.md").read_text()


def test_the_three_commands_load_every_image() -> None:
    [names] = [line.partition("for i in ")[2].partition(";")[0] for line in PAGE.splitlines() if "kind load" in line]

    assert sorted(names.split()) == sorted(IMAGES)


def test_the_size_of_every_image_is_told() -> None:
    told = {line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| mercarich-")}

    assert told == {f"mercarich-{image}" for image in IMAGES}


def test_every_worker_is_in_the_table_of_what_is_installed() -> None:
    table = PAGE.partition("## What is installed")[2].partition("\n## ")[0]

    assert all(f"| {pool}-yahoo, {pool}-mercari |" in table for pool in ("checker", "updater"))
