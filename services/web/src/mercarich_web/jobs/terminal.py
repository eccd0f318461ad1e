"""The pages of `mercarich job` and `mercarich check_background_jobs`."""

from typing import TypeVar

from rich.console import Group, RenderableType
from rich.text import Text

from mercarich_web.console.output import cell, facts, number, plain, section, sentence, table
from mercarich_web.jobs.jobs import Accepted, Job, JobDetails, JobList, Phase, Skipped, Stopped, Watched

Answer = TypeVar("Answer")
_STYLES = {"running": "cyan", "finished": "green", "stopped": "dim", "failed": "bold red"}


def started(answer: Job) -> RenderableType:
    return cell(f"job {answer.id} is started; `mercarich job show {answer.id}` tells how far it is")


def job_list(answer: JobList) -> RenderableType:
    if not answer.jobs:
        return Text("no jobs yet")
    headings = ["job", "seller", "what", "state", "progress", "made", "problems", "started", "last progress"]
    return table(headings, [_row(job) for job in answer.jobs])


def details(answer: JobDetails) -> RenderableType:
    job = answer.job
    parts = [section(f"job {job.id}: {job.kind} of {job.username}", _about(job))]
    if answer.queries:
        rows = [
            [each.number, each.given, each.marketplace, each.state, each.page, each.made, each.problem]
            for each in answer.queries
        ]
        parts.append(section("searches", table(["no", "search", "where", "state", "pages", "made", "problem"], rows)))
    if answer.problems:
        rows = [[each.line, each.column, each.problem] for each in answer.problems]
        parts.append(section("problems of the file", table(["line", "column", "problem"], rows)))
    if len(answer.problems) < job.wrong:
        parts.append(cell(f"`mercarich job problems {job.id}` writes all {job.wrong:,}"))
    return Group(*parts)


def stopped(answer: Stopped) -> RenderableType:
    job = answer.job
    if answer.changed:
        return cell(f"job {job.id} is stopped: {sentence(job.message)}")
    return cell(f"job {job.id} had ended before ({job.state}); nothing changed")


def accepted(answer: Accepted) -> RenderableType:
    job = answer.job
    if answer.changed:
        return cell(f"job {job.id} goes on")
    return cell(f"job {job.id} does not wait to be accepted ({job.state}); nothing changed")


def skipped(answer: Skipped) -> RenderableType:
    query = answer.query
    if answer.changed:
        return cell(f"search {query.number} of job {answer.job_id} is skipped: {query.given}")
    return cell(f"search {query.number} of job {answer.job_id} was {query.state} before; nothing changed")


def watched(answer: Watched) -> RenderableType:
    taken = ", ".join(str(each) for each in answer.taken_over) or "none"
    closed = ", ".join(str(each) for each in answer.closed) or "none"
    return cell(f"taken from a worker that does not move: {taken}; closed as failed: {closed}")


def nothing(_answer: None) -> RenderableType:
    return Text("")


def _row(job: Job) -> list[object]:
    counts = [f"{job.progress} %", job.made, number(job.wrong, "bold red")]
    return [plain(job.id), job.username, job.kind, _state(job), *counts, job.created_at, job.heartbeat_at]


def _about(job: Job) -> RenderableType:
    given = "  ".join(f"{key}={value}" for key, value in job.arguments.items())
    return facts(
        [
            ("state", _state(job)),
            ("progress", f"{job.progress} %"),
            ("message", job.message),
            *(("capacity", one) for one in job.capacity if one != job.message),
            ("arguments", given),
            ("done", job.done if job.total is None else f"{job.done:,} of {job.total:,}"),
            ("listings made or changed", job.made),
            ("candidates left out", job.left_out),
            ("problems", number(job.wrong, "bold red")),
            ("started", job.created_at),
            ("by", job.created_by),
            ("last progress", job.heartbeat_at),
            ("to be accepted before" if job.phase == Phase.CONFIRMING else "not before", job.not_before),
            ("worker", job.claim),
            ("ended", job.ended_at),
        ]
    )


def _state(job: Job) -> Text:
    text = job.state if job.ended_at is not None else f"{job.state}, {job.phase}"
    return cell(text, _STYLES.get(job.state, ""))
