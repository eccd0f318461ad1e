"""The composition root of the pages: settings in, an application out."""

from fastapi import FastAPI
from sqlalchemy import Engine

from mercarich_db import engine as engines
from mercarich_platform.clock import Clock, utc_now
from mercarich_platform.settings import SharedSettings
from mercarich_web.adapters.passwords import Argon2Passwords
from mercarich_web.adapters.people_sql import SqlAudit, SqlPeople
from mercarich_web.adapters.sessions_sql import SqlSessions, SqlTries
from mercarich_web.pages import account, sign_in
from mercarich_web.ports_people import Passwords
from mercarich_web.settings import PagesSettings
from mercarich_web.site.app import THREADS, create_app
from mercarich_web.site.rendering import make_site
from mercarich_web.use_cases.invitations import Invitations
from mercarich_web.use_cases.sign_in import Door


def build_pages(
    shared: SharedSettings, own: PagesSettings, *, now: Clock = utc_now, passwords: Passwords | None = None
) -> FastAPI:
    """Raises `BadConfiguration` when the database's address cannot be read."""
    engine = engines.create(shared.database, pool_size=THREADS // 2)
    hashing = passwords or Argon2Passwords()
    site = make_site(https=own.public_url.startswith("https://"))
    people, sessions, audit = SqlPeople(engine), SqlSessions(engine), SqlAudit(engine)
    door = Door(people, sessions, SqlTries(engine), hashing, audit, now)
    routers = [
        sign_in.routes(site, door, Invitations(people, hashing, audit, now)),
        account.routes(site, door, people, sessions),
    ]
    return create_app(site, door, routers, public_url=own.public_url, end=engine.dispose)


def invitations(engine: Engine, now: Clock = utc_now, passwords: Passwords | None = None) -> Invitations:
    """For commands, and for the logins of one machine."""
    return Invitations(SqlPeople(engine), passwords or Argon2Passwords(), SqlAudit(engine), now)
