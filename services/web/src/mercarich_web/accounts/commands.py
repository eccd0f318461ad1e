"""`mercarich user`: lets a seller or an operator sign in to the pages, also one who has lost the authenticator."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_contracts.schedule import PLANS, tokyo
from mercarich_platform.settings import load
from mercarich_web.console.arguments import actor, command_parser, person, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import facts
from mercarich_web.identity.people import Ended, Role
from mercarich_web.settings import NoticesSettings, PagesSettings

if TYPE_CHECKING:
    from mercarich_web.accounts.invitations import Invitations, LostPassword
    from mercarich_web.identity.second_step import LostStep


@dataclass(frozen=True, slots=True)
class Link:
    """As `--json` prints it."""

    username: str
    role: str
    plan: int
    expires_at: datetime
    link: str


@dataclass(frozen=True, slots=True)
class InvitationLink(Link):
    """As `--json` prints it."""

    mail: str | None
    """The address that was given."""
    mailed: bool
    """Whether another link goes there."""


@dataclass(frozen=True, slots=True)
class NewPassword(Link):
    """As `--json` prints it."""

    ended: Ended


@dataclass(frozen=True, slots=True)
class Stolen:
    """As `--json` prints it."""

    username: str
    ended: Ended
    asks_for_code: bool
    passkeys: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True, slots=True)
class ShownPasskey:
    """As `--json` prints it."""

    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownStep:
    """As `--json` prints it."""

    username: str
    since: datetime | None
    """None: the password is enough."""
    authenticator: bool
    passkeys: tuple[ShownPasskey, ...]
    recovery_codes: int
    """Unused ones."""


@dataclass(frozen=True, slots=True)
class Reset:
    """As `--json` prints it."""

    username: str
    changed: bool


def user(argv: Sequence[str]) -> int:
    """Manage sign-ins to the web pages: invite sellers and operators, help those who lost password or authenticator."""
    parser = command_parser("user", user.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    invite = with_json(actions.add_parser("invite", help="print a link with which this person chooses a password"))
    invite.add_argument("username", type=person, help="a new name, or a seller who cannot sign in yet")
    invite.add_argument("--plan", type=int, choices=PLANS, default=PLANS[0], help="checks a day (%(default)s)")
    invite.add_argument("--operator", action="store_true", help="an operator of the service, not a seller")
    invite.add_argument("--mail", default="", help="an address: a link goes there, and joining by it confirms it")
    invite.add_argument("--language", choices=("ja", "en"), default="ja", help="of that mail (%(default)s)")
    reset = with_json(
        actions.add_parser(
            "reset-second-step", help="end authenticator and passkeys: they are lost, and the recovery codes, too"
        )
    )
    reset.add_argument("username", type=person, help="the user; verify the person's identity first")
    shown = with_json(actions.add_parser("second-step", help="show authenticator, passkeys and recovery codes"))
    shown.add_argument("username", type=person, help="the user")
    forgotten = with_json(
        actions.add_parser("reset-password", help="print a link to choose another password: it is forgotten")
    )
    forgotten.add_argument("username", type=person, help="the user; verify the person's identity first")
    forgotten.add_argument(
        "--keep-programs", action="store_true", help="leave API keys and webhook: nobody else knew the password"
    )
    stolen = with_json(actions.add_parser("stolen", help="shut an account at once: somebody else acts as this user"))
    stolen.add_argument("username", type=person, help="the user")
    for action in (invite, reset, forgotten, stolen):
        action.add_argument("--by", type=person, help="who does it (your login name)")
    given = parser.parse_args(argv)
    does = {
        "invite": _invite,
        "second-step": _show_step,
        "reset-second-step": _reset,
        "reset-password": _forget,
        "stolen": _shut,
    }
    return does[given.action](given)


def _invite(given: Namespace) -> int:
    role = Role.OPERATOR if given.operator else Role.SELLER

    def ask(on: Opened) -> InvitationLink:
        from mercarich_web.accounts.invitations import Mailing

        mailing = Mailing(given.mail, given.language, goes=bool(load(NoticesSettings).smtp_host))
        invited = _invitations(on).invite(given.username, given.plan, role, actor(given.by), mailing)
        of = invited.invitation
        mailed = mailing.goes and of.mail_address is not None
        return InvitationLink(
            of.username, of.role, of.plan, of.expires_at, _address(invited.token), of.mail_address, mailed
        )

    return answer(ask, _invited_page, as_json=given.json)


def _reset(given: Namespace) -> int:
    def ask(on: Opened) -> Reset:
        return Reset(given.username, _lost_step(on).reset(given.username, actor(given.by)))

    return answer(ask, _told, as_json=given.json)


def _show_step(given: Namespace) -> int:
    def ask(on: Opened) -> ShownStep:
        since, authenticator, keys, left = _lost_step(on).look(given.username)
        told = tuple(ShownPasskey(one.name, one.created_at, one.used_at) for one in keys)
        return ShownStep(given.username, since, authenticator, told, left)

    return answer(ask, _step_page, as_json=given.json)


def _forget(given: Namespace) -> int:
    def ask(on: Opened) -> NewPassword:
        invited, ended = _lost_password(on).reset(given.username, actor(given.by), programs=not given.keep_programs)
        of = invited.invitation
        return NewPassword(of.username, of.role, of.plan, of.expires_at, _address(invited.token), ended)

    return answer(ask, _page_with_ended, as_json=given.json)


def _shut(given: Namespace) -> int:
    def ask(on: Opened) -> Stolen:
        account, ended = _lost_password(on).stolen(given.username, actor(given.by))
        keys = _lost_step(on).look(given.username).passkeys
        return Stolen(account.username, ended, account.asks_for_code, tuple(one.name for one in keys))

    return answer(ask, _shut_page, as_json=given.json)


def _page_with_ended(made: NewPassword) -> RenderableType:
    return Group(_page(made), facts(_ended(made.ended)))


def _shut_page(shut: Stolen) -> RenderableType:
    step = (
        f"It stays{_with_names(shut.passkeys)}."
        f" If the person did not set it up: mercarich user reset-second-step {shut.username}"
        if shut.asks_for_code
        else "none"
    )
    after = f"Once you know who the person is: mercarich user reset-password {shut.username}"
    return Group(
        Text(f"Nobody acts as {shut.username} any more."),
        facts([*_ended(shut.ended), ("second step", step)]),
        Text(after),
    )


def _with_names(passkeys: Sequence[str]) -> str:
    return f", with the passkeys {', '.join(passkeys)}" if passkeys else ""


def _step_page(step: ShownStep) -> RenderableType:
    if step.since is None:
        return Text(f"{step.username} has no second step: the password is enough.")
    keys = [("passkey", f"{one.name}, made {tokyo(one.created_at)}, {_used(one.used_at)}") for one in step.passkeys]
    return facts(
        [
            ("second step since", tokyo(step.since)),
            ("authenticator app", "yes" if step.authenticator else "no"),
            *(keys or [("passkeys", "none")]),
            ("recovery codes left", step.recovery_codes),
        ]
    )


def _used(at: datetime | None) -> str:
    return f"used {tokyo(at)}" if at is not None else "never used"


def _ended(ended: Ended) -> list[tuple[str, object]]:
    return [
        ("ended sessions", ended.sessions),
        ("ended API keys", ", ".join(ended.keys) or "none"),
        ("ended webhook", ended.webhook or "none"),
        ("ended chats", ", ".join(ended.chats) or "none"),
        ("ended browsers", ended.browsers),
    ]


def _told(reset: Reset) -> RenderableType:
    if not reset.changed:
        return Text(f"{reset.username} is asked for no code; nothing was changed.")
    return Text(f"{reset.username} is asked for no code until it is set up again. All sessions of theirs are ended.")


def _invited_page(link: InvitationLink) -> RenderableType:
    if link.mail is None:
        return _page(link)
    mailed = f"Another link goes to {link.mail}; joining by it confirms the address."
    return Group(_page(link), Text(mailed if link.mailed else "No mail server is set up here: nothing was mailed."))


def _page(link: Link) -> RenderableType:
    return Text(f"{link.link}\nFor {link.username} ({link.role}), once, until {tokyo(link.expires_at)}.")


def _address(token: str) -> str:
    return f"{load(PagesSettings).public_url or 'http://127.0.0.1:8080'}/join/{token}"


def _invitations(on: Opened) -> "Invitations":
    from mercarich_web.accounts.wiring import invitations

    return invitations(on.engine)


def _lost_password(on: Opened) -> "LostPassword":
    from mercarich_web.accounts.wiring import lost_password

    return lost_password(on.engine)


def _lost_step(on: Opened) -> "LostStep":
    from mercarich_web.accounts.wiring import lost_step

    return lost_step(on.engine)
