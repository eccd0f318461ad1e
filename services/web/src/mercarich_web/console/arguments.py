"""Argument types of the commands: bounded numbers, names, and `--json`."""

import argparse
import getpass

from mercarich_contracts.audit import Actor


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
