"""Argument types of the commands: bounded numbers, names, and `--json`."""

import argparse
import getpass
from pathlib import Path

from mercarich_contracts.audit import Actor

LARGEST_FILE = 1_000_000
"""Bytes of a file with SKUs."""


def command_parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"mercarich {name}", description=doc)


def with_json(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="print JSON (docs/commands.md)")
    return parser


def limit(text: str) -> int:
    return _between(text, 1, 1000)


def row_id(text: str) -> int:
    return _between(text, 1, 2**63 - 1)


def _between(text: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and low <= int(text[:20]) <= high):
        raise argparse.ArgumentTypeError(f"expected a whole number from {low} to {high}, not {text!r}")
    return int(text)


def person(text: str) -> str:
    if not (1 <= len(text.strip()) <= 64 and text.strip().isprintable()):
        raise argparse.ArgumentTypeError("expected a name of 1 to 64 characters")
    return text.strip()


def skus_of(path: str) -> list[str]:
    """Return the SKUs of a file with one on each line."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST_FILE + 1).decode("utf-8-sig")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise argparse.ArgumentTypeError(f"{path} is not a text in UTF-8") from error
    skus = list(filter(None, map(str.strip, text.splitlines())))
    if not skus or len(text) > LARGEST_FILE:
        raise argparse.ArgumentTypeError(f"{path} has no SKU" if not skus else f"{path} is larger than 1 MB")
    return skus


def note(text: str) -> str:
    if not (len(text) <= 255 and text.isprintable()):
        raise argparse.ArgumentTypeError("expected one line of at most 255 characters")
    return text.strip()


def actor(by: str | None) -> Actor:
    """Return the actor that `--by` names, by default the user logged in to this machine."""
    return Actor(by or login())


def login() -> str:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):
        return "command line"
