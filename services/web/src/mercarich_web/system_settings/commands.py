"""`mercarich settings`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mercarich_web.console.arguments import actor, command_parser, limit, note, person, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.system_settings import terminal as setting_pages
from mercarich_web.system_settings.settings import SettingHistory, SettingList

if TYPE_CHECKING:
    from mercarich_web.system_settings.sql import SqlSettings


def settings(argv: Sequence[str]) -> int:
    """List the settings or look one up, change one, or show who changed what (`settings list|get|set|history`)."""
    parser = command_parser("settings", settings.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    with_json(actions.add_parser("list", help="every setting with its value"))
    with_json(actions.add_parser("get", help="one setting in full")).add_argument("key")
    change = with_json(actions.add_parser("set", help="change one setting; processes follow within seconds"))
    change.add_argument("key")
    change.add_argument("value")
    change.add_argument("--by", type=person, help="who changes it (your login name)")
    change.add_argument("--note", type=note, help="reason for the change; kept in the history")
    history = with_json(actions.add_parser("history", help="the last changes, newest first"))
    history.add_argument("key", nargs="?")
    history.add_argument("--limit", type=limit, default=50, help="how many, 1 to 1000 (50)")
    given = parser.parse_args(argv)
    if given.action == "list":
        return answer(lambda on: SettingList(_settings(on).all()), setting_pages.setting_list, as_json=given.json)
    if given.action == "get":
        return answer(lambda on: _settings(on).one(given.key), setting_pages.setting, as_json=given.json)
    if given.action == "history":
        return answer(lambda on: _history(on, given.key, given.limit), setting_pages.history, as_json=given.json)
    by = actor(given.by)
    return answer(
        lambda on: _settings(on).change(given.key, given.value, by, on.now(), given.note),
        setting_pages.written,
        as_json=given.json,
    )


def _history(on: Opened, key: str | None, limit: int) -> SettingHistory:
    """Return the history of one setting, or of all."""
    book = _settings(on)
    if key is not None:
        book.one(key)
    return SettingHistory(book.history([] if key is None else [key], limit))


def _settings(on: Opened) -> "SqlSettings":
    # Imported here: the drivers are slow to load, and a help page needs none.
    from mercarich_web.system_settings.sql import SqlSettings

    return SqlSettings(on.engine)
