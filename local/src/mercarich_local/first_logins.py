"""The logins to the pages of a single machine: an operator and the first seller, with passwords created at first
start."""

import os
import secrets
from pathlib import Path

from sqlalchemy import Engine, select

from mercarich_contracts.audit import Actor
from mercarich_db.engine import reading
from mercarich_db.tables import users
from mercarich_web.accounts.wiring import invitations
from mercarich_web.identity.people import Role
from mercarich_web.refusals import Refused

OPERATOR = "operator"
BY = Actor("mercarich up")


def ensure(engine: Engine, file: Path) -> list[str]:
    """Return lines for people: the names and passwords when they were created now, else where they are written.

    Raises `OSError` when the file cannot be written, and `DatabaseAway`.
    """
    made = [f"{name}  {password}" for name, password in _made(engine).items()]
    if made:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as opened:
            opened.writelines(f"{line}\n" for line in made)
        return ["Sign in to the pages as one of these (name, password):", *(f"  {line}" for line in made)]
    return [f"Names and passwords for the pages: {file}"] if file.exists() else []


def _made(engine: Engine) -> dict[str, str]:
    """Return the users who could not sign in so far, with their new passwords."""
    desk, made = invitations(engine), {}
    for name, role in _wanted(engine).items():
        password = secrets.token_urlsafe(12)
        try:
            desk.accept(desk.invite(name, 2, role, BY).token, password, None)
        except Refused:  # This user has a password already.
            continue
        made[name] = password
    return made


def _wanted(engine: Engine) -> dict[str, Role]:
    sellers = select(users.c.username).where(users.c.is_staff.is_(False), users.c.active).order_by(users.c.id).limit(1)
    with reading(engine) as connection:
        first = connection.execute(sellers).scalar()
    return {OPERATOR: Role.OPERATOR} | ({first: Role.SELLER} if first is not None else {})
