"""Numbers, prices and times for people; times are shown in Tokyo's time zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mercarich_contracts.schedule import TIME_ZONE, tokyo

_TOKYO = ZoneInfo(TIME_ZONE)
NOTHING = "–"


def number(value: int | float | None) -> str:
    return NOTHING if value is None else f"{value:,}"


def yen(value: int | None) -> str:
    return NOTHING if value is None else f"{'-' if value < 0 else ''}¥{abs(value):,}"


def share(value: float | None, language: str) -> str:
    """Return a percentage, `0.19%`; for a positive value below 0.01 %, that it is less than that."""
    if value is None:
        return NOTHING
    unit = "%" if language == "ja" else " %"
    return f"<0.01{unit}" if 0 < value < 0.0001 else f"{100 * value:.2f}".rstrip("0").rstrip(".") + unit


def moment(at: datetime | None, language: str) -> str:
    """Return the time to the minute: 11/25 14:03, or 25 Nov 14:03; with the year when it is not the current one."""
    if at is None:
        return NOTHING
    local = at.astimezone(_TOKYO)
    other_year = local.year != datetime.now(_TOKYO).year
    if language == "ja":
        return f"{local:%Y/%m/%d %H:%M}" if other_year else f"{local.month}/{local.day} {local:%H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}" if other_year else f"{local.day} {local:%b %H:%M}"


def exact(at: datetime | None) -> str:
    """Return the time to the second, for a tooltip and for machines."""
    return "" if at is None else tokyo(at)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def day(at: datetime, language: str) -> str:
    local = at.astimezone(_TOKYO)
    return f"{local.month}月{local.day}日" if language == "ja" else f"{local.day} {local:%b}"


def span(length: timedelta | None, language: str) -> str:
    """Return a duration: `45秒`, `12分`, `3.5時間`, `2.1日`; 45 s, 12 min, 3.5 h, 2.1 d."""
    if length is None:
        return NOTHING
    seconds = max(0.0, length.total_seconds())
    units = ("秒", "分", "時間", "日") if language == "ja" else (" s", " min", " h", " d")
    if seconds < 120:
        return f"{seconds:.0f}{units[0]}"
    if seconds < 7200:
        return f"{seconds / 60:.0f}{units[1]}"
    return f"{seconds / 3600:.1f}{units[2]}" if seconds < 172_800 else f"{seconds / 86_400:.1f}{units[3]}"


def ago(at: datetime | None, now: datetime, language: str) -> str:
    """Return a relative time: `12分前`, 12 min ago; in the future `12分後`, in 12 min."""
    if at is None:
        return NOTHING
    if at > now:
        length = span(at - now, language)
        return f"{length}後" if language == "ja" else f"in {length}"
    length = span(now - at, language)
    return f"{length}前" if language == "ja" else f"{length} ago"
