"""Passwords that guessers try first.

These are the 3,000 most common passwords of sufficient length (`common_passwords.txt`; ASVS 5.0, 6.2.4), and shorter
guessable parts padded to that length, which no list can contain: words that lists of leaked passwords begin with,
keyboard walks, sequences, years and repetitions, in any case, spelling and order.
"""

import re
from functools import cache
from pathlib import Path

LEFT = 5
"""Characters that must remain of a password when all guessable parts have been removed."""

_TEXT = """
password passwort passwd pass word admin administrator root user guest login secret private welcome hello
letmein changeme default temp test master super system server access account money dragon monkey shadow sunshine
princess football baseball basketball soccer hockey superman batman spiderman starwars pokemon naruto doraemon
pikachu trustno whatever freedom iloveyou ilovemyfamily love lovely baby angel babygirl flower butterfly summer
winter spring autumn january february march april june july august september october november december monday
friday sunday michael jordan jennifer jessica charlie thomas daniel ashley andrew matthew anthony robert
christopher justinbieber computer internet google yahoo amazon mercari facebook samsung windows apple iphone
android playstation xbox nintendo minecraft finalfantasy needforspeed counterstrike residentevil mortalkombat
sonyericsson chocolate cookie cheese banana orange purple silver golden diamond ginger pepper killer hunter
ranger tigger tiger eagle falcon mustang ferrari porsche corvette harley yamaha honda toyota nissan suzuki
liverpool arsenal chelsea manchester barcelona london paris berlin tokyo osaka kyoto nihon japan sakura
aishiteru arigato konnichiwa ohayou daisuki tomodachi himitsu anshin takahashi tanaka yamada sato ichiro hanako
taro mother father sister brother family friend forever lucky happy jesus heaven ninja samurai mylove myself
number one first abc company office business shop store
"""
"""Our own list: words common in leaked passwords, and words that suggest themselves to people who sell in Japan."""
_BY_LENGTH = sorted(_TEXT.split(), key=len, reverse=True)

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertzuiop", "azertyuiop")
_COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p")
_ZIGZAGS = (
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "a1s2d3f4g5h6j7k8l9",
    "z1x2c3v4b5n6m7",
    "qawsedrftgyhujikolp",
)
_WAYS = (*_ROWS, "".join(_COLUMNS), "".join(column[::-1] for column in _COLUMNS), *_ZIGZAGS, "qazwsxedcrfvtgbyhnujm")
_SPELT = str.maketrans("013457@$!", "oieastasi")
_SHORTEST_WAY = 3
_REPEATED = re.compile(r"(.{1,6}?)\1+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_guessable(password: str) -> bool:
    """Return whether the password is a common one, or has fewer than `LEFT` characters besides guessable parts. Spaces
    and signs between parts do not count."""
    plain = password.casefold()
    if plain in common_passwords():
        return True
    text = _without_ways(_YEAR.sub(" ", _without_words(plain)))
    return len(_REPEATED.sub(r"\1", "".join(one for one in text if one.isalnum()))) < LEFT


@cache
def common_passwords() -> frozenset[str]:
    """Return the common passwords in lower case, each of sufficient length. The file is read at the first call."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="ascii").split("\n")[:-1])


def _without_words(plain: str) -> str:
    """Blank out guessable words, also where digits or signs stand for their letters."""
    spelt = plain.translate(_SPELT)
    for word in _BY_LENGTH:
        while (at := spelt.find(word)) >= 0:
            blank = " " * len(word)
            spelt, plain = (text[:at] + blank + text[at + len(word) :] for text in (spelt, plain))
    return plain


def _without_ways(text: str) -> str:
    """Remove each piece of three or more characters that follows a keyboard row, a keyboard column or the alphabet, in
    either direction."""
    kept, at = [], 0
    while at < len(text):
        length = max(_along(text[at:], way) for way in (*_WAYS, *(way[::-1] for way in _WAYS)))
        if length < _SHORTEST_WAY:
            kept.append(text[at])
        at += length if length >= _SHORTEST_WAY else 1
    return "".join(kept)


def _along(text: str, way: str) -> int:
    """Return how many of the first characters follow each other along this row."""
    start = way.find(text[0])
    if start < 0:
        return 0
    length = 0
    while length < len(text) and start + length < len(way) and text[length] == way[start + length]:
        length += 1
    return length
