"""The text of a notice: a mail in the reader's language, or a webhook's JSON in English."""

from collections.abc import Callable, Mapping, Sequence

from mercarich_reasons.stored import coded
from mercarich_reasons.telling import Language, tell
from mercarich_web.notices.browser import Notification
from mercarich_web.notices.chats.vendor import LONGEST, LONGEST_LABEL, LONGEST_WITH_LINKS, Message
from mercarich_web.notices.mail_smtp import Letter
from mercarich_web.notices.notices import What
from mercarich_web.notices.offering import MOST_IN_CHAT, MOST_IN_MAIL, Offer, Offered, nothing, offers
from mercarich_web.notices.sending import Sending
from mercarich_web.site.languages import LANGUAGES, N_, catalogue, chosen
from mercarich_web.site.telling import said

SUBJECTS: Mapping[What, str] = {
    What.CLOSED: N_("Settled: %(text)s"),
    What.PROOF: N_("Is this your address?"),
    What.TRIAL: N_("A trial from Mercarich"),
    What.ACCOUNT: N_("Your account at Mercarich was changed"),
}
TEXTS: Mapping[What, str] = {
    What.OPENED: N_("Look at it here: %(link)s"),
    What.CLOSED: N_("There is nothing more to do about it."),
    What.PROOF: N_(
        "%(username)s wants to receive Mercarich's notices at this address. Confirm that it is yours: %(link)s"
    ),
    What.TRIAL: N_("Mails from Mercarich reach you."),
    What.ACCOUNT: N_(
        "If it was not you, tell your operator at once. What has access to the account is listed here: %(link)s"
    ),
}
DECIDE = N_("Approve or refuse without signing in. Whoever has a link can use it, once, within 48 hours: forward none.")
OFFERED = N_("%(sku)s: %(title)s, %(price)s yen")
LONGEST_SHOWN = 500
"""Maximum number of characters of a notification's text: with each in six bytes, it still fits a message."""
TRIAL_IN_CHAT = N_("Messages from Mercarich reach you here.")
FOOT_OF_ACCOUNTS = N_("%(username)s hears of every such change by mail.")
FOOT = N_("You receive this because %(username)s chose it. Change it here: %(link)s")


class Letters:
    """`public_url` is the start of every link; `proof_of` returns the token of a link that confirms a mail address;
    `offer` makes links that decide."""

    def __init__(self, public_url: str, proof_of: Callable[[Sending], str], offer: Offer = nothing) -> None:
        self._url = public_url
        self._proof_of = proof_of
        self._offer = offer
        self._sentences = {language: catalogue(language) for language in LANGUAGES}

    def letter(self, sending: Sending) -> Letter:
        language = chosen(sending.language)
        sentences = self._sentences[language]

        def say(sentence: str, **values: object) -> str:
            return str(sentences.ugettext(sentence)) % values

        notice = sending.notice
        told = _line(said(notice.text, sentences, language)) if notice is not None else ""
        if sending.happened is not None:
            told = _line(tell(sending.happened, Language(language)))
        subject = say(SUBJECTS[sending.what], text=told) if sending.what in SUBJECTS else told
        text = say(TEXTS[sending.what], link=self._link(sending), username=sending.username)
        foot = FOOT_OF_ACCOUNTS if sending.what is What.ACCOUNT else FOOT
        parts = [
            told,
            text,
            self._decisions(sending, say),
            "-- \n" + say(foot, username=sending.username, link=f"{self._url}/account/notices"),
        ]
        return Letter(_line(subject)[:200], "\n\n".join(part for part in parts if part) + "\n")

    def message(self, sending: Sending) -> Message:
        """Return what goes to a chat. It may be read by others than the seller, so that it names the account."""
        link = self._link(sending) if sending.what is What.OPENED and self._url else None
        offered = self._offered(sending, MOST_IN_CHAT)
        lines = [(_line(one.sku)[:LONGEST_LABEL], self._deciding(one)) for one in offered]
        title, most = f"Mercarich: {sending.username}", LONGEST_WITH_LINKS if lines else LONGEST
        return Message(title, self._told(sending)[:most], link, tuple(lines))

    def notification(self, sending: Sending) -> Notification:
        """Return what a browser shows: others may see its screen, as they may see the subject of a mail."""
        told = self._told(sending)[:LONGEST_SHOWN]
        path = sending.notice.link if sending.notice is not None else "/account/notices"
        return Notification("Mercarich", told, path, chosen(sending.language))

    def body(self, sending: Sending) -> dict[str, object]:
        notice = sending.notice
        told: dict[str, object] = {"id": sending.id, "event": f"notice.{sending.what}", "user": sending.username}
        if notice is not None:
            code, values = coded(notice.reason) or (None, None)
            told["notice"] = {
                "id": notice.id,
                "kind": notice.kind,
                "cause": notice.name.cause,
                "count": notice.count,
                "about": ": ".join(part for part in (notice.about, tell(notice.reason, Language.EN)) if part),
                "reason_code": code,
                "reason_values": values,
                "text": str(notice.text),
                "link": f"{self._url}{notice.link}",
                "opened_at": notice.opened_at,
                "closed_at": notice.closed_at,
            }
        if offered := self._offered(sending, MOST_IN_MAIL):
            told["replacements"] = [self._in_json(one) for one in offered]
        return told

    def _told(self, sending: Sending) -> str:
        """Return what is told, in one line."""
        sentences = self._sentences[chosen(sending.language)]
        told = _line(said(sending.notice.text, sentences, chosen(sending.language))) if sending.notice else ""
        if sending.what in SUBJECTS:
            told = str(sentences.ugettext(SUBJECTS[sending.what])) % {"text": told}
        if sending.what is What.TRIAL:
            told = str(sentences.ugettext(TRIAL_IN_CHAT))
        return _line(told)

    def _offered(self, sending: Sending, most: int) -> Sequence[Offered]:
        """Return what the message offers to decide on: only a message with an address to lead to does."""
        return self._offer(sending, most) if self._url and offers(sending) else ()

    def _deciding(self, one: Offered) -> str:
        return f"{self._url}/decide/{one.token}"

    def _decisions(self, sending: Sending, say: Callable[..., str]) -> str:
        offered = self._offered(sending, MOST_IN_MAIL)
        parts = [say(DECIDE)] if offered else []
        for one in offered:
            price = "–" if one.price_jpy is None else f"{one.price_jpy:,}"
            told = say(OFFERED, sku=one.sku, title=one.title or "–", price=price)
            parts.append(f"{_line(told)}\n{self._deciding(one)}")
        return "\n\n".join(parts)

    def _in_json(self, one: Offered) -> dict[str, object]:
        return {
            "listing_id": one.listing_id,
            "sku": one.sku,
            "marketplace": one.marketplace,
            "item_id": one.item_id,
            "price_jpy": one.price_jpy,
            "link": self._deciding(one),
            "expires_at": one.expires_at,
        }

    def _link(self, sending: Sending) -> str:
        if sending.what is What.PROOF:
            return f"{self._url}/account/notices/prove/{self._proof_of(sending)}"
        if sending.what is What.ACCOUNT:
            return f"{self._url}/account"
        return f"{self._url}{sending.notice.link if sending.notice is not None else '/notices'}"


def _line(text: str) -> str:
    """Return the text in one line: a file name in it must not end a mail header."""
    return " ".join(text.split())
