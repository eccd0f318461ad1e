"""`mercarich job start|list|show|stop|accept|skip|problems|export` and `mercarich check_background_jobs`."""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SEARCHED
from mercarich_reasons.jobs import FileUnreadable
from mercarich_web.console.arguments import command_parser, limit, login, person, row_id, with_json
from mercarich_web.console.asking import Opened, answer
from mercarich_web.console.output import Page, sentence
from mercarich_web.jobs import terminal as job_pages
from mercarich_web.jobs.search_queries import Wish
from mercarich_web.refusals import Refused

if TYPE_CHECKING:
    from mercarich_web.jobs.jobs import Job
    from mercarich_web.jobs.wiring import Jobs

EVERYWHERE = ("all", "both")
"""`both` is of when there were two."""
READ_BYTES = 65_536
_YEN = 999_999_999


def job(argv: Sequence[str]) -> int:
    """Start, list, show and stop sellers' bulk searches and imports of files; export listings as CSV (docs/csv.md)."""
    given = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = given.run
    return run(given)


def check_background_jobs(argv: Sequence[str]) -> int:
    """Take jobs without progress away from their workers, and close those without progress for long."""
    given = with_json(command_parser("check_background_jobs", check_background_jobs.__doc__)).parse_args(argv)
    return _answer(given, lambda jobs: jobs.watch(), job_pages.watched)


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("job", job.__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    kinds = actions.add_parser("start", help="a bulk search or an import").add_subparsers(dest="kind", required=True)
    _search(kinds.add_parser("search", help="new candidates as drafts"))
    load_file = _action(kinds.add_parser("import", help="listings from a file"), _start_import)
    load_file.add_argument("file", help="a CSV, .xlsx, .xls or .ods; - reads standard input")
    load_file.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="NAME=FIELD",
        help="what a column of another name than ours is; NAME= leaves it out",
    )
    load_file.add_argument("--leave-out-others", action="store_true", help="leave out columns that are none of ours")
    load_file.add_argument("--right-ones", action="store_true", help="leave out rows with problems, take the others")
    _seller(load_file)
    listing = _action(actions.add_parser("list", help="the last jobs, newest first"), _list)
    listing.add_argument("--username", type=person, help="only jobs of this seller")
    listing.add_argument("--limit", type=limit, default=20, help="how many, 1 to 1000 (20)")
    _one(actions.add_parser("show", help="one job in full"), _show)
    stop = _one(actions.add_parser("stop", help="end a job at once"), _stop)
    stop.add_argument("--by", type=person, help="who stops it (your login name)")
    _one(actions.add_parser("accept", help="go on with an import that waits for that"), _accept)
    skip = _one(actions.add_parser("skip", help="skip one search of a bulk search"), _skip)
    skip.add_argument("number", type=row_id, help="the search's number in `job show`")
    problems = actions.add_parser("problems", help="all problems of an import's file, as CSV")
    problems.set_defaults(run=_problems, json=False)
    problems.add_argument("id", type=row_id)
    export = actions.add_parser("export", help="a seller's listings as CSV, in the form that an import accepts")
    export.set_defaults(run=_export, json=False)
    export.add_argument("--username", type=person, required=True, help="the seller")
    export.add_argument("file", nargs="?", default="-", help="the file to write; - or none: standard output")
    return parser


def _search(parser: argparse.ArgumentParser) -> None:
    _seller(_action(parser, _start_search))
    parser.add_argument("given", nargs="+", metavar="KEYWORD_OR_URL", help="keywords, or addresses of result pages")
    parser.add_argument(
        "--marketplace", choices=[*SEARCHED, *EVERYWHERE], default="all", help="where keywords are searched (all)"
    )
    parser.add_argument("--price-min", type=_yen, help="lowest price in yen, for keywords")
    parser.add_argument("--price-max", type=_yen, help="highest price in yen, for keywords")
    parser.add_argument("--pages", type=limit, default=3, help="result pages of each search, 1 to 100 (3)")


def _action(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser.set_defaults(run=run)
    return with_json(parser)


def _one(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    _action(parser, run).add_argument("id", type=row_id)
    return parser


def _seller(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--username", type=person, required=True, help="the seller")
    parser.add_argument("--by", type=person, help="who starts it (your login name)")


def _start_search(given: argparse.Namespace) -> int:
    markets = SEARCHED if given.marketplace in EVERYWHERE else (Marketplace(given.marketplace),)
    wish = Wish(given.given, markets, given.price_min, given.price_max, given.pages)
    by = given.by or login()
    return _answer(given, lambda jobs: jobs.start_search(given.username, wish, by), job_pages.started)


def _start_import(given: argparse.Namespace) -> int:
    by = given.by or login()
    name = "standard input" if given.file == "-" else Path(given.file).name

    def start(jobs: "Jobs") -> "Job":
        from mercarich_web.jobs.starting import ImportWish, named_columns

        columns = named_columns(given.column)
        wish = ImportWish(columns=columns, leave_out_others=given.leave_out_others, right_ones=given.right_ones)
        return jobs.start_import(given.username, name, _bytes_of(given.file), by, wish)

    return _answer(given, start, job_pages.started)


def _list(given: argparse.Namespace) -> int:
    return _answer(given, lambda jobs: jobs.list_jobs(given.username, given.limit), job_pages.job_list)


def _show(given: argparse.Namespace) -> int:
    return _answer(given, lambda jobs: jobs.show(given.id), job_pages.details)


def _stop(given: argparse.Namespace) -> int:
    return _answer(given, lambda jobs: jobs.stop(given.id, given.by or login()), job_pages.stopped)


def _accept(given: argparse.Namespace) -> int:
    return _answer(given, lambda jobs: jobs.accept(given.id), job_pages.accepted)


def _skip(given: argparse.Namespace) -> int:
    return _answer(given, lambda jobs: jobs.skip(given.id, given.number), job_pages.skipped)


def _problems(given: argparse.Namespace) -> int:
    def write(jobs: "Jobs") -> None:
        lines = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL)
        problems = jobs.problems(given.id)
        lines.writerow(["line", "column", "problem"])
        lines.writerows([each.line, each.column or "", sentence(each.problem)] for each in problems)

    return _stream(write)


def _export(given: argparse.Namespace) -> int:
    def write(jobs: "Jobs") -> None:
        pieces = jobs.export(given.username)
        if given.file == "-":
            sys.stdout.writelines(pieces)
            return
        try:
            with Path(given.file).open("xb") as file:
                file.writelines(piece.encode() for piece in pieces)
        except OSError as error:
            raise Refused(FileUnreadable(given.file, str(error.strerror))) from error

    return _stream(write)


def _bytes_of(file: str) -> Iterator[bytes]:
    """Yield the file's bytes. Raises `Refused` at the first read."""
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as opened:
            while piece := opened.read(READ_BYTES):
                yield piece
    except OSError as error:
        raise Refused(FileUnreadable(file, str(error.strerror))) from error


def _answer(given: argparse.Namespace, ask: "Callable[[Jobs], job_pages.Answer]", page: Page[job_pages.Answer]) -> int:
    return answer(lambda on: _with_jobs(on, ask), page, as_json=given.json)


def _stream(write: "Callable[[Jobs], None]") -> int:
    return answer(lambda on: _with_jobs(on, write), job_pages.nothing, as_json=False)


def _with_jobs(on: Opened, ask: "Callable[[Jobs], job_pages.Answer]") -> "job_pages.Answer":
    from mercarich_web.jobs.wiring import jobs_of

    with jobs_of(on.engine, on.shared, on.now) as jobs:
        return ask(jobs)


def _column(text: str) -> str:
    if "=" not in text:
        raise argparse.ArgumentTypeError(f"expected NAME=FIELD, not {text!r}")
    return text


def _yen(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"expected a price from 0 to {_YEN} yen, not {text!r}")
    return int(text)
