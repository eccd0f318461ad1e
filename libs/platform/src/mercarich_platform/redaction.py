"""Redact secrets in texts for logs, and keep each of these texts on one line."""

import re

REDACTED = "[redacted]"
_NAMES = (
    "password|client_secret|refresh_token|access_token|spapi_oauth_code|authorization|x-chatworktoken|(?:set-)?cookie"
    "|form_token"
)
"""Fields whose value is secret, in JSON, in a form, in a query, or as a header."""
_BY_THEMSELVES = re.compile(
    r"""
      Atz[ra]\|[^\s"',}\\]+                                           # tokens of Amazon
    | amzn1\.(?:oa2-cs|application-oa2-client)\.[^\s"',}\\]+           # id and secret of the application
    | (?<=://)[^\s/@:]+:[^\s/@]+(?=@)                                  # user and password in an address
    | \bmk_[A-Za-z0-9_-]{16,}                                         # keys of the API
    | \bwhsec_[A-Za-z0-9]{16,}                                        # secrets of webhooks
    | (?<=/join/)[A-Za-z0-9_-]{16,} | (?<=/prove/)[0-9a-f]{16,}       # links of invitations and of mail addresses
    | (?<=/decide/)[A-Za-z0-9_-]{16,}                                 # links that decide on a replacement
    | (?<=/services/)T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]+               # webhooks of Slack, at whatever host
    | (?<=/webhooks/)[0-9]{15,}/[A-Za-z0-9_-]{20,}                    # webhooks of Discord
    | (?<=mercarich=)[A-Za-z0-9_-]{16,}                               # sessions
    | \b[0-9a-f]{32}\.[0-9]{9,}\.[0-9a-f]{32,}                        # cookies of known browsers
    | (?i:(?<=\bbearer\ )|(?<=\bbasic\ ))[A-Za-z0-9._~+/=-]{8,}        # other keys and passwords of a request
    """,
    re.VERBOSE,
)
_FIELDS = re.compile(
    rf"""
    (?P<name> (?i:{_NAMES}) (?P<quote> \\?["']|) \s*[:=]\s* )
    (?: \\" (?: [^"\\] | \\\\ (?:\\.|[^\\]) | \\[^"\\] )* \\"      # text in JSON that is a text in JSON
      | "    (?: [^"\\] | \\. )* "
      | '    (?: [^'\\] | \\. )* '
      | (?! null|true|false|None|[\[{{] ) (?: [^\s&"',}}\\] | \\[^\s"'] )+
    )
    """,
    re.VERBOSE,
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redact(text: str) -> str:
    """Redact tokens, keys, passwords and links that let somebody in, whatever their source. JSON stays JSON."""
    return _FIELDS.sub(_without_value, _BY_THEMSELVES.sub(REDACTED, text))


def one_line(text: str) -> str:
    """Escape line breaks, and what a terminal takes for a command."""
    return _CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def _without_value(found: re.Match[str]) -> str:
    quote = found["quote"]
    return f"{found['name']}{quote}{REDACTED}{quote}"
