"""Regular expressions of values: addresses, networks, times. Those without ^ and $ are parts of others."""

_NUMBER = r"(25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = rf"{_NUMBER}(\.{_NUMBER}){{3}}"
_NAMED = r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\.?"
HOST = rf"({_NAMED}|{_IPV4}|\[[0-9A-Fa-f:.]+\])"
PORT_NUMBER = r"([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])"
BROKER = rf"{HOST}:{PORT_NUMBER}"
URL = rf"https?://{HOST}(:{PORT_NUMBER})?(/\S*)?"
CIDR = rf"^({_IPV4}/(3[0-2]|[12]?\d)|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*/(12[0-8]|1[01]\d|[1-9]?\d))$"


def _cron() -> str:
    """Return the pattern of the five fields of cron that Kubernetes takes."""
    minute, hour, day = r"[0-5]?\d", r"([01]?\d|2[0-3])", r"(0?[1-9]|[12]\d|3[01])"
    month = r"(0?[1-9]|1[0-2]|[Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][Rr]|[Aa][Pp][Rr]|[Mm][Aa][Yy]|[Jj][Uu][NnLl]|"
    month += r"[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|[Nn][Oo][Vv]|[Dd][Ee][Cc])"
    weekday = r"([0-6]|[Ss][Uu][Nn]|[Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt])"
    terms = (rf"(\*|{value}(-{value})?)(/[1-9]\d?)?" for value in (minute, hour, day, month, weekday))
    return rf"^{' '.join(f'{term}(,{term})*' for term in terms)}$"


CRON = _cron()
