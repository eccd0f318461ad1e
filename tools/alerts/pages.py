"""Alerts about the pages and the notices."""

from tools.alerts.gone import cases, gone
from tools.alerts.rule import Alert, Case

_ANSWERS = "mercarich_web_request_seconds_count"
_TRIES = 'mercarich_web_notices_total{way="mail", outcome="%s"}'


def _answers(good: int, bad: int) -> dict[str, str]:
    name = f'{_ANSWERS}{{route="/", status="%s"}}'
    return {name % "200": f"0+{good}x40", name % "500": f"0+{bad}x40", name % "404": "0+9x40"}


def _tries(outcome: str) -> str:
    return f"sum by (namespace) (increase({_TRIES % outcome}[1h]))"


_PAGES, _NOTICES = cases("pages"), cases("notices")

PAGES = (
    Alert(
        name="MercarichPagesDown",
        expr=gone("pages"),
        wait="5m",
        severity="critical",
        summary="Nobody answers the pages",
        text="Sellers and operators can decide nothing; checks and withdrawals go on.",
        fires=_PAGES[0],
        quiet=_PAGES[1],
        quiet_too=[_PAGES[2]],
    ),
    Alert(
        name="MercarichPagesFail",
        expr=f'sum by (namespace) (rate({_ANSWERS}{{status=~"5.."}}[10m]))'
        f" / sum by (namespace) (rate({_ANSWERS}[10m])) > 0.05",
        wait="10m",
        severity="critical",
        summary="More than 5 % of the answers of the pages are errors of the server",
        text="Sellers and operators see an error in place of what they asked for.",
        fires=Case("40m", _answers(9, 9)),
        quiet=Case("40m", _answers(99, 1)),
    ),
    Alert(
        name="MercarichNoticesDown",
        expr=gone("notices"),
        wait="15m",
        severity="warning",
        summary="The process of notices is gone",
        text="No seller is told by mail or webhook; what waits is sent once it is back.",
        fires=_NOTICES[0],
        quiet=_NOTICES[1],
        quiet_too=[_NOTICES[2]],
    ),
    Alert(
        name="MercarichMailsFail",
        expr=f"{_tries('put_off')} > 2.5 and {_tries('sent')} == 0",
        wait="10m",
        severity="warning",
        summary="The mail server takes no mail",
        text="Each try within an hour was put off: sellers are not told by mail.",
        fires=Case("90m", {_TRIES % "put_off": "0+1x90", _TRIES % "sent": "5x90"}),
        quiet=Case("90m", {_TRIES % "put_off": "0+1x90", _TRIES % "sent": "0x45 1x45"}),
        quiet_too=[Case("90m", {_TRIES % "put_off": "0x20 1x70", _TRIES % "sent": "0x90"})],
    ),
)
