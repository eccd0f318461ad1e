"""Build the server's key, from which every secret is derived."""

from pydantic import SecretStr
from sqlalchemy import Engine

from mercarich_platform.clock import Clock
from mercarich_platform.settings import SharedSettings
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sql.roots import SqlRoots


def server_key(engine: Engine, shared: SharedSettings, key: SecretStr, old_key: SecretStr, now: Clock) -> ServerKey:
    """Build the server's key. When `key` is empty, the key is kept in a file of the data directory."""
    file = shared.data_dir / "pages.key"
    given, older, password = key.get_secret_value(), old_key.get_secret_value(), engine.url.password
    return ServerKey(given, older, file, SqlRoots(engine, now), database_password=password)
