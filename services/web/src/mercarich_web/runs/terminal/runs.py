"""The pages of `mercarich run`."""

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import arguments, cell, facts, number, plain, section, span, table
from mercarich_web.runs.runs import Run, RunDetails, RunList
from mercarich_web.runs.terminal.holds import hold_table

_STYLES = {"running": "cyan", "finished": "green", "superseded": "dim", "failed": "bold red"}


def run_list(answer: RunList) -> RenderableType:
    if not answer.runs:
        return Text("no runs yet")
    headings = [
        "run",
        "what",
        "outcome",
        "started",
        "ends about",
        "planned",
        "checked",
        "unknown",
        "withdrawn",
        "held now",
        "released",
        "revived",
        "set aside",
    ]
    return table(headings, [_row(run) for run in answer.runs])


def run_details(answer: RunDetails) -> RenderableType:
    run = answer.run
    parts = [
        section(f"run {run.id}: {run.operation} {run.marketplace}", _about(run)),
        *([section("listings", _searches(run))] if run.operation == "update" else _looks(run)),
    ]
    if run.doubts:
        parts.append(section("routes in doubt", facts(run.doubts.items())))
    if run.skipped:
        parts.append(section("sellers skipped", facts((reason, count) for reason, count in run.skipped.items())))
    if answer.sellers:
        parts.append(_searched(answer) if run.operation == "update" else _fallen(answer))
    if answer.holds:
        parts.append(section("holds", hold_table(answer.holds)))
    if answer.set_aside_items:
        rows = [[str(each.source_item_id), each.item_id, each.attempts] for each in answer.set_aside_items]
        parts.append(section("set aside", table(["source item", "marketplace's id", "attempts"], rows)))
    return Group(*parts)


def _fallen(answer: RunDetails) -> RenderableType:
    rows = [[each.username, each.planned, each.checked, each.fallen] for each in answer.sellers]
    headings = ["seller", "own sources planned", "checked", "listings fallen"]
    return section("sellers with fallen listings", table(headings, rows))


def _searched(answer: RunDetails) -> RenderableType:
    rows = [[each.username, each.planned, each.checked, each.left, each.revived] for each in answer.sellers]
    headings = ["seller", "own listings planned", "searched for", "left", "revived"]
    return section("sellers with most listings", table(headings, rows))


def outcome(run: Run) -> Text:
    if run.silent:
        return cell(f"running, {run.phase}, no sign of life", "bold red")
    if run.rests:
        return cell("running, paused", "yellow")
    text = run.outcome if run.outcome != "running" else f"running, {run.phase}"
    return cell(text, "yellow" if run.phase == "held" else _STYLES.get(run.outcome, ""))


def progress(run: Run) -> str:
    if run.outcome == "running" and run.phase == "confirming":
        return f"{run.checked:,} of {run.planned:,} checked, {run.pending:,} to look at again"
    if run.outcome == "running":
        return f"{max(0, run.planned - run.pending):,} of {run.planned:,} done"
    return f"{run.checked:,} of {run.planned:,} {'searched for' if run.operation == 'update' else 'checked'}"


def _row(run: Run) -> list[object]:
    what = f"{run.operation} {run.marketplace}"
    counts = [
        run.planned,
        run.checked,
        number(run.unknown, "yellow"),
        run.withdrawn,
        number(run.held, "yellow"),
        run.released,
        run.revived,
    ]
    return [plain(run.id), what, outcome(run), run.started_at, run.ends_at, *counts, number(run.set_aside, "bold red")]


def _about(run: Run) -> RenderableType:
    return facts(
        [
            ("outcome", outcome(run)),
            ("note", run.note),
            ("superseded by", plain(run.superseded_by)),
            ("generation", plain(run.generation)),
            ("request key", run.request_key),
            ("arguments", arguments(run.arguments)),
            ("started", run.started_at),
            ("last sign of life", run.heartbeat_at),
            ("ended", run.ended_at),
            *([("ends about", run.ends_at)] if run.ends_at is not None else []),
            ("held for", span(run.held_seconds)),
        ]
    )


def _looks(run: Run) -> list[RenderableType]:
    fallen = [
        ("fallen", run.fallen),
        ("withdrawn", run.withdrawn),
        ("held now", number(run.held, "yellow")),
        ("released by a person", run.released),
        ("too dear", run.dearer),
        ("paused", run.paused),
        ("recovered", run.recovered),
        ("repriced", run.repriced),
    ]
    return [section("source items", _items(run)), section("listings", facts(fallen))]


def _searches(run: Run) -> RenderableType:
    return facts(
        [
            ("planned", run.planned),
            ("searched for", run.checked),
            ("revived", run.revived),
            ("still to do", run.pending),
            ("searches without an answer", number(run.unknown, "yellow")),
            ("set aside", number(run.set_aside, "bold red")),
        ]
    )


def _items(run: Run) -> RenderableType:
    return facts(
        [
            ("planned", run.planned),
            ("checked", run.checked),
            ("available", run.available),
            ("out of stock", run.out_of_stock),
            ("looked at again", run.looked_again),
            ("still to do", run.pending),
            ("unknown answers", number(run.unknown, "yellow")),
            ("of these unreadable", number(run.unparsable, "yellow")),
            ("left unknown", number(run.unfinished, "yellow")),
            ("set aside", number(run.set_aside, "bold red")),
        ]
    )
