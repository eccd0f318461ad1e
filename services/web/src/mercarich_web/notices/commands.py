"""`mercarich push-key`: makes a key for notices in browsers."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from mercarich_platform.exit_codes import DONE
from mercarich_web.console.arguments import command_parser, with_json
from mercarich_web.console.output import show


@dataclass(frozen=True, slots=True)
class NewKey:
    """As `--json` prints it."""

    key: str


def push_key(argv: Sequence[str]) -> int:
    """Print a new key for notices in browsers (web push), for PAGES_PUSH_KEY; nothing is stored."""
    given = with_json(command_parser("push-key", push_key.__doc__)).parse_args(argv)
    show(_made(), _page, as_json=given.json)
    return DONE


def _made() -> NewKey:
    # Imported here: they are slow to load, and a help page needs none.
    from mercarich_platform.sealing import new_key
    from mercarich_web.notices.browsers.web_push import Signer, decoded

    while True:
        key = new_key()
        try:
            Signer(decoded(key.translate(str.maketrans("+/", "-_"))), "")
        except ValueError:
            continue  # One of four billion is no number of the curve.
        return NewKey(key)


def _page(made: NewKey) -> RenderableType:
    return Text(made.key)
