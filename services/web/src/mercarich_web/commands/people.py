"""`mercarich user invite`: lets a seller or an operator sign in to the pages."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from mercarich_platform.settings import BadConfiguration, SharedSettings, load
from mercarich_web.commands.arguments import command_parser, login, person, with_json
from mercarich_web.commands.asking import answer_of, quiet_logs
from mercarich_web.commands.output import tokyo
from mercarich_web.domain.people import Role
from mercarich_web.settings import PagesSettings
from mercarich_web.use_cases.invitations import PLANS

if TYPE_CHECKING:
    from mercarich_web.use_cases.invitations import Invitations


@dataclass(frozen=True, slots=True)
class Link:
    """As `--json` prints it."""

    username: str
    role: str
    plan: int
    expires_at: datetime
    link: str


def user(argv: Sequence[str]) -> int:
    """Invite a seller or an operator to the web pages (`user invite NAME`): prints the link, once."""
    parser = command_parser("user", user.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    invite = with_json(actions.add_parser("invite", help="a link by which this person chooses a password"))
    invite.add_argument("username", type=person, help="a new name, or a seller who cannot sign in yet")
    invite.add_argument("--plan", type=int, choices=PLANS, default=PLANS[0], help="checks a day (%(default)s)")
    invite.add_argument("--operator", action="store_true", help="an operator of the service, not a seller")
    invite.add_argument("--by", type=person, help="who invites (your login name)")
    given = parser.parse_args(argv)
    role = Role.OPERATOR if given.operator else Role.SELLER

    def ask(invitations: "Invitations") -> Link:
        invited = invitations.invite(given.username, given.plan, role, given.by or login())
        return Link(given.username, role, given.plan, invited.invitation.expires_at, _address(invited.token))

    return answer_of(_opened, ask, _page, as_json=given.json)


def _page(link: Link) -> RenderableType:
    return Text(f"{link.link}\nFor {link.username} ({link.role}), once, until {tokyo(link.expires_at)}.")


def _address(token: str) -> str:
    return f"{load(PagesSettings).public_url or 'http://127.0.0.1:8080'}/join/{token}"


@contextmanager
def _opened() -> "Iterator[Invitations]":
    from mercarich_db import engine as engines  # drivers: not for a help page
    from mercarich_web.adapters.database import SqlSchema
    from mercarich_web.bootstrap_people import invitations

    quiet_logs()
    engine = engines.create(load(SharedSettings).database)
    try:
        problem = SqlSchema(engine).problem()
        if problem is not None:
            raise BadConfiguration(problem)
        yield invitations(engine)
    finally:
        engine.dispose()
