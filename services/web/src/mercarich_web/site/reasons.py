"""Reasons as other services wrote them, in English, in the reader's words; one that is not known stays as it is."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mercarich_reasons.reason import Reason
from mercarich_reasons.stored import OldSentence
from mercarich_reasons.telling import Language, tell
from mercarich_web.site import formats, words
from mercarich_web.site.languages import N_

Translate = Callable[[str], str]

_KNOWN: tuple[tuple[str, str], ...] = (
    (
        r"the (volume|number of pieces|model|colour|measure) differs: (?P<one>.*), and (?P<other>.*)",
        N_("the titles differ: %(one)s, and %(other)s"),
    ),
    (r"it may be a part or broken: (?P<words>.*)", N_("it may be a part or broken: %(words)s")),
    (r"seller (?P<seller>\S+) is excluded", N_("seller %(seller)s is excluded")),
    (r"the title has the excluded word '(?P<word>.*)'", N_("the title has the excluded word %(word)s")),
    (r"it is the source that is gone", N_("it is the source that is gone")),
    (r"a person has taken it back from this listing", N_("it was refused or taken back before")),
    (r"the seller's ratings are not known", N_("the seller's ratings are not known")),
    (r"the seller has no ratings yet", N_("the seller has no ratings yet")),
    (
        r"(?P<share>\d+) % good ratings, less than (?P<least>\d+) %",
        N_("%(share)s %% good ratings, less than %(least)s %%"),
    ),
    (r"this seller (has just begun to use it|uses it already.*)", N_("another of your listings uses it")),
    (r"the condition of .* is not known", N_("the condition is not known")),
    (r"condition .*", N_("its condition is another one")),
    (r"the price at first purchase is not known", N_("what the first source cost is not known")),
    (r"it shows no price", N_("it shows no price")),
    (
        r"(?P<price>[\d,]+) yen( with shipping)? is more than (?P<most>[\d,]+) yen",
        N_("%(price)s yen is more than %(most)s yen"),
    ),
    (r"it has no title", N_("it has no title")),
    (r"its title has (?P<n>\d+) characters.*", N_("its title is too long (%(n)s characters)")),
    (r"it ships from (?P<place>.+)", N_("it ships from %(place)s")),
    (r"it ships within (?P<days>\d+) days, not (?P<most>\d+)", N_("it ships within %(days)s days, not %(most)s")),
    (r"the pictures.*|[\d.]+ of the pictures.*|\d+ features agree.*", N_("the pictures show different things")),
    (r"the colours differ.*|[\d.]+ of it has another colour.*", N_("the colours differ")),
    (r"a spot of .*", N_("a part of the picture looks different")),
    (
        r"(?P<fallen>\d+) of (?P<checked>\d+) checked listings would fall at once",
        N_("%(fallen)s of %(checked)s checked listings would fall at once"),
    ),
    (r"(?P<fallen>\d+) listings would fall at once", N_("%(fallen)s listings would fall at once")),
    (r"(?P<market>yahoo|mercari) (?P<item>\S+) waits for approval", N_("%(item)s waits for approval")),
    (r"replaced by (?P<market>yahoo|mercari) (?P<item>\S+?)(, (?P<price>[\d,]+) yen)?", N_("replaced by %(item)s")),
    (r"by hand, (?P<person>.+)", N_("by hand (%(person)s)")),
    (r"(?P<item>\S+), by (?P<person>.+)", N_("%(item)s, by %(person)s")),
    (r"The file is empty\.", N_("The file is empty.")),
    (r"The file has no rows below its header\.", N_("The file has no rows below its header.")),
    (
        r"(?P<n>[\d,]+) problems? (was|were) found, so no row was imported; mend them and upload again\.",
        N_("%(n)s problems were found, so no row was imported; mend them and upload again."),
    ),
    (r"(?P<n>[\d,]+) rows were imported\.", N_("%(n)s rows were imported.")),
    (
        r"(yahoo|mercari) is paused; .*",
        N_("The marketplace is paused. The search goes on by itself when it is resumed."),
    ),
    (
        r"(yahoo|mercari): .*; the search goes on by itself|(yahoo|mercari)'s proxy: \w+",
        N_("The marketplace does not answer at present. The search goes on by itself."),
    ),
    (
        r"(?P<failed>\d+) of (?P<all>\d+) searches could not be read\.",
        N_("%(failed)s of %(all)s searches could not be read."),
    ),
    (
        r"Stopped by (?P<who>.+); what it had found is kept as drafts\.",
        N_("Stopped by %(who)s; what it had found is kept as drafts."),
    ),
    (r"Stopped by (?P<who>.+); no row was imported\.", N_("Stopped by %(who)s; no row was imported.")),
    (
        r"Nothing moved for (?P<minutes>\d+) minutes, so the search was closed.*",
        N_("Nothing moved for %(minutes)s minutes, so the search was closed. What it had found is kept as drafts."),
    ),
    (
        r"Nothing moved for (?P<minutes>\d+) minutes, so the import was closed.*",
        N_("Nothing moved for %(minutes)s minutes, so the import was closed. No row was imported; upload it again."),
    ),
    (r"the file is neither UTF-8 nor Shift_JIS.*", N_("the file is neither UTF-8 nor Shift_JIS; save it as CSV UTF-8")),
    (r"the file is larger than (?P<n>\d+) MB; split it", N_("the file is larger than %(n)s MB; split it")),
    (r"choose a file", N_("choose a file")),
    (r"give at least one keyword or address", N_("give at least one keyword or address")),
    (r"unknown column (?P<column>.+?); known: (?P<known>.*)", N_("unknown column %(column)s; known: %(known)s")),
    (r"the column is missing", N_("the column is missing")),
    (r"the column is there twice", N_("the column is there twice")),
    (r"is empty", N_("is empty")),
    (r"line (?P<line>\d+) has the same SKU", N_("line %(line)s has the same SKU")),
    (r"line (?P<line>\d+) has the same source", N_("line %(line)s has the same source")),
    (r"your SKU (?P<sku>.+) has this source", N_("your SKU %(sku)s has this source")),
    (r"expected yahoo or mercari, not (?P<given>.*)", N_("expected yahoo or mercari, not %(given)s")),
    (r"expected yes or no, not (?P<given>.*)", N_("expected yes or no, not %(given)s")),
    (
        r"expected an id of (yahoo|mercari) or its page's address, not (?P<given>.*)",
        N_("expected the id or the address of an item, not %(given)s"),
    ),
    (
        r"expected ten capital letters and digits, not (?P<given>.*)",
        N_("expected ten capital letters and digits, not %(given)s"),
    ),
    (
        r"(pages: )?expected a whole number from (?P<least>\d+) to (?P<most>\d+), not (?P<given>.*)",
        N_("expected a whole number from %(least)s to %(most)s, not %(given)s"),
    ),
    (
        r"(?P<n>[\d,]+) characters; at most (?P<most>\d+) are allowed",
        N_("%(n)s characters; at most %(most)s are allowed"),
    ),
    (r"a control character is in it", N_("a control character is in it")),
    (r"a tab or a line break is in it", N_("a tab or a line break is in it")),
    (r"longer than [\d,]+ bytes; is a quote not closed\?", N_("the line is too long; is a quote not closed?")),
    (
        r"its bytes are not of the encoding that the file begins with",
        N_("its bytes are not of the encoding that the file begins with"),
    ),
    (r"more than (?P<most>[\d,]+) rows; split the file", N_("more than %(most)s rows; split the file")),
    (
        r"the offer is on sale from (?P<item>\S+); an import .*",
        N_("the offer is on sale from %(item)s; an import does not change the source of a listed offer"),
    ),
    (
        r"(?P<sku>.+) is on sale; an import .*",
        N_("%(sku)s is on sale; an import does not take a listed offer out of the watch"),
    ),
    (
        r"(?P<sku>.+) is being deleted, at Amazon too; .*",
        N_("%(sku)s is being deleted, at Amazon too; import it again afterwards"),
    ),
    (
        r"\S+ has (?P<n>\d+) open jobs; wait for one or stop one",
        N_("%(n)s jobs are open already; wait for one or stop one"),
    ),
    (
        r"(?P<n>\d+) searches; at most (?P<most>\d+) in one job",
        N_("%(n)s searches; at most %(most)s go into one"),
    ),
    (
        r"the lowest price (?P<low>\d+) is above the highest, (?P<high>\d+)",
        N_("the lowest price %(low)s is above the highest, %(high)s"),
    ),
    (r"(?P<given>.+) is no address", N_("%(given)s is no address")),
    (r"(?P<given>.+): expected a result page, (?P<pages>.*)", N_("%(given)s: expected a result page, %(pages)s")),
    (r"(?P<given>.+): no keyword in it", N_("%(given)s: no keyword in it")),
    (r"(?P<given>.+): a price of (?P<price>.*)", N_("%(given)s: a price of %(price)s")),
    (
        r"(?P<given>.+): (longer than \d+ characters|a keyword of \d+ characters; at most \d+)",
        N_("%(given)s is too long"),
    ),
    (
        r"(?P<n>\d+) cells, the header has (?P<header>\d+)",
        N_("%(n)s cells, the header has %(header)s"),
    ),
    (
        r"(?P<n>\d+) of (?P<all>\d+) canaries not as expected: (?P<item>\S+) is .*",
        N_("%(n)s of %(all)s canaries are not as expected, %(item)s among them"),
    ),
    (r"the canaries were not looked at yet", N_("the canaries were not looked at yet")),
    (
        r"most answers are unknown, and there are no canaries to ask",
        N_("most answers are unknown, and there are no canaries to ask"),
    ),
    (r"too many pages cannot be read", N_("too many pages cannot be read")),
    (
        r"(?P<n>\d+) withdrawals held; second look at (?P<when>.+)",
        N_("%(n)s withdrawals held; second look at %(when)s"),
    ),
    (r"seen on sale at the second look", N_("seen on sale at the second look")),
)
_PATTERNS = tuple((re.compile(pattern), sentence) for pattern, sentence in _KNOWN)


def told(reason: Reason | str | None, translate: Translate, language: Language = Language.EN) -> str:
    """A reason in the reader's language; else a code, a state with its code, or one of the sentences above."""
    if isinstance(reason, Reason) and not isinstance(reason, OldSentence):
        return tell(reason, language, moment=lambda at: formats.moment(at, language))
    text = reason.text if isinstance(reason, OldSentence) else reason
    return _told(text, translate) if text else ""


def _told(reason: str, translate: Translate) -> str:
    if reason in words.REASONS:
        return translate(words.REASONS[reason])
    state, _, code = reason.removeprefix("it is ").partition(": ")
    if state in words.STATES:
        return seen(state, code or None, translate)
    for pattern, sentence in _PATTERNS:
        match = pattern.fullmatch(reason)
        if match is not None:
            return translate(sentence) % _values(match)
    return reason


def seen(state: str, reason: str | None, translate: Translate) -> str:
    """A state and what told it, said once where both are the same word."""
    word = translate(words.pair(words.STATES, state)[0])
    why = translate(words.REASONS.get(reason, reason)) if reason else ""
    return f"{word} ({why})" if why and why != word else word


def _values(match: re.Match[str]) -> Mapping[str, Any]:
    return {name: value or "" for name, value in match.groupdict().items()}
