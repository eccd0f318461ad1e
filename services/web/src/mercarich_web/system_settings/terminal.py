"""The pages of `mercarich settings`."""

from rich.console import RenderableType
from rich.text import Text

from mercarich_web.console.output import cell, facts, table
from mercarich_web.system_settings.settings import Setting, SettingHistory, SettingList


def setting_list(answer: SettingList) -> RenderableType:
    rows = [[each.key, _value(each), each.expected, each.meaning] for each in answer.settings]
    return table(["setting", "value", "expected", "meaning"], rows)


def setting(answer: Setting) -> RenderableType:
    changed = f"by {answer.updated_by}" if answer.updated_by else None
    return facts(
        [
            ("setting", answer.key),
            ("value", _value(answer)),
            ("default", answer.default),
            ("expected", answer.expected),
            ("meaning", answer.meaning),
            ("changed", answer.updated_at),
            ("", changed),
            ("problem", cell(answer.problem, "bold red") if answer.problem else None),
        ]
    )


def written(answer: Setting) -> RenderableType:
    return cell(f"{answer.key} is {answer.value}")


def history(answer: SettingHistory) -> RenderableType:
    if not answer.changes:
        return Text("no changes")
    rows = [[each.at, each.key, each.value_before, each.value_after, each.by, each.note] for each in answer.changes]
    return table(["when", "setting", "before", "after", "by", "why"], rows)


def _value(setting: Setting) -> Text:
    if setting.problem:
        return cell(f"{setting.value} ({setting.stored} is not allowed)", "bold red")
    return cell(setting.value, "bold" if setting.value != setting.default else "")
