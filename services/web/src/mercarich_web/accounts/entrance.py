"""Signing in and the account: the door, its pages, and the keys of the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.accounts.invitations import Invitations
from mercarich_web.accounts.pages import account, keys, passkeys, second_step, sign_in
from mercarich_web.identity.allowances import Allowances
from mercarich_web.identity.api_keys import Keys
from mercarich_web.identity.devices import Devices
from mercarich_web.identity.passkeys import Passkeys
from mercarich_web.identity.passwords import Argon2Passwords
from mercarich_web.identity.second_step import SecondStep
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sign_in import Door
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.sql.keys import SqlKeys
from mercarich_web.identity.sql.passkeys import SqlPasskeys
from mercarich_web.identity.sql.people import SqlPeople
from mercarich_web.identity.sql.second_steps import SqlSecondSteps
from mercarich_web.identity.sql.sessions import SqlSessions, SqlTries
from mercarich_web.identity.wiring import server_key
from mercarich_web.settings import PagesSettings
from mercarich_web.site.rendering import Site


@dataclass(frozen=True, slots=True)
class Entrance:
    door: Door
    audit: SqlAudit
    keys: Keys
    key: ServerKey
    """The server's key; the accounts' secrets are derived from it."""
    invitations: Invitations
    routers: Sequence[APIRouter]


def entrance(
    engine: Engine,
    site: Site,
    shared: SharedSettings,
    own: PagesSettings,
    now: Clock,
    passwords: Argon2Passwords | None,
) -> Entrance:
    hashing = passwords or Argon2Passwords()
    people, sessions, audit, tries = SqlPeople(engine), SqlSessions(engine), SqlAudit(engine), SqlTries(engine)
    key = server_key(engine, shared, own.key, own.old_key, now)
    door = Door(people, sessions, tries, hashing, Devices(key), audit, now)
    step = SecondStep(SqlSecondSteps(engine), key, sessions, tries, audit, now, own.codes_for)
    known = Passkeys(SqlPasskeys(engine), step, sessions, tries, audit, now)
    show = second_step.Shown(site, step, known, own.public_url)
    of_api = Keys(SqlKeys(engine), Allowances(own.api_calls_a_minute), audit, now)
    routers = [
        sign_in.routes(site, door, show),
        second_step.routes(show, door),
        passkeys.routes(show, door),
        account.routes(site, door, people, sessions),
        keys.routes(site, of_api),
    ]
    return Entrance(door, audit, of_api, key, Invitations(people, hashing, audit, now), routers)
