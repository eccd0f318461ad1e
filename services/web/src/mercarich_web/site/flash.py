"""The message on the next page after an action; a cookie carries its code."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import quote, unquote

from mercarich_web.site.languages import N_

UNDO, PREVIEWED, LEFT, KEPT = " undo=", " previewed=", " left=", " kept="
NAMED = 10
"""Names that a message has at most."""
NAMES = 2_400
"""Most bytes of a cookie for names."""
_NUMBER = re.compile(r"[0-9]{1,6}")


class Message(NamedTuple):
    sentence: str
    """Empty when the cookie is not valid."""
    about: str
    undo: str
    """Time of the action, if it can be undone."""
    previewed: str
    """How many a preview had said, if others were changed; else empty."""
    left: str = ""
    """How many of those previewed stay as they are, because they were changed meanwhile; else empty."""
    kept: str = ""
    """SKUs that a release of chosen ones left, with a comma between; else empty."""
    more: int = 0
    """How many more it left."""
    alerts: bool = False
    """Something was not done: it stays in view."""


def keeping(about: str, kept: Sequence[str]) -> str:
    """Return what a message is about, with the first of these names, as many as a cookie holds, and the number of the
    others."""
    if not kept:
        return about
    some = list(kept[:NAMED])
    while len(quote(", ".join(some))) > NAMES:
        some.pop()
    return f"{about}{KEPT}{len(kept) - len(some)} {', '.join(some)}"


def message(cookie: str) -> Message:
    given, _, kept = unquote(cookie).partition(KEPT)
    told, _, left = given.partition(LEFT)
    whole, _, undo = told.partition(UNDO)
    text, _, previewed = whole.partition(PREVIEWED)
    code, _, about = text.partition(" ")
    more, _, some = kept.partition(" ")
    number = int(more) if _NUMBER.fullmatch(more) else 0
    about, undo, previewed, left, some = about[:80], undo[:40], previewed[:12], left[:12], some[:NAMES]
    return Message(_MESSAGES.get(code, ""), about, undo, previewed, left, some, number, bool(kept) or code in _ALERTS)


_ALERTS = frozenset({"form_not_kept", "file_not_kept", "hold_no_listing_released"})
_MESSAGES: Mapping[str, str] = {
    "signed_out": N_("You are signed out."),
    "password_changed": N_(
        "Your password is changed; all other sessions are ended. Other browsers show no notices until you switch them"
        " on there again."
    ),
    "password_and_programs_changed": N_(
        "Your password is changed; all other sessions, your API keys, webhook and chats are ended. Other browsers show"
        " no notices until you switch them on there again."
    ),
    "form_not_kept": N_("Nothing was sent: what you entered is not kept. Enter it again."),
    "file_not_kept": N_("Nothing was sent: a form with a file is not kept. Choose the file again."),
    "session_ended": N_("The session is ended."),
    "second_step_ended": N_(
        "Signing in asks for your password only; all other sessions, and the notices in other browsers, are ended."
    ),
    "authenticator_added": N_(
        "The authenticator app is set up; all other sessions, and the notices in other browsers, are ended."
    ),
    "authenticator_removed": N_(
        "The authenticator app is removed; all other sessions, and the notices in other browsers, are ended."
    ),
    "passkey_added": N_(
        "The passkey %(about)s is added; all other sessions, and the notices in other browsers, are ended."
    ),
    "passkey_removed": N_(
        "The passkey %(about)s is removed; all other sessions, and the notices in other browsers, are ended."
    ),
    "key_revoked": N_("The key %(about)s is revoked."),
    "ways_chosen": N_("Saved."),
    "browser_added": N_("This browser shows your notices."),
    "trial_sent": N_("It is on its way."),
    "mail_proven": N_("Mails go to %(about)s from now on."),
    "sessions_ended": N_(
        "All other sessions are ended. Other browsers show no notices until you switch them on there again."
    ),
    "language_changed": N_("The language is changed."),
    "bulk_withdraw": N_("%(about)s listings are withdrawn; Amazon is told now."),
    "bulk_check": N_("%(about)s listings are looked at as soon as a checker is free."),
    "bulk_stop_watching": N_("%(about)s listings are no longer watched; what was up is withdrawn."),
    "bulk_resume_watching": N_("%(about)s listings are watched again."),
    "bulk_delete": N_("%(about)s listings are deleted; those at Amazon disappear once Amazon has deleted them."),
    "bulk_undone": N_(
        "%(about)s listings are restored. Those that were up go up again: at once where their source was seen on sale"
        " lately, else after a look at it."
    ),
    "bulk_put_up": N_("%(about)s listings go up once their source was seen on sale again."),
    "bulk_create": N_("%(about)s new offers are on their way to Amazon; each is on sale once Amazon sells it."),
    "bulk_give_up": N_("%(about)s new offers are given up; those that Amazon may have are deleted there first."),
    "bulk_list": N_("Amazon is read for %(about)s drafts; those that it has are taken over."),
    "catalogue_asked": N_("Amazon's catalogue is being searched."),
    "source_stays_up": N_("%(about)s has another source, and stays on sale."),
    "source_goes_up": N_(
        "%(about)s has another source, and goes up: this was seen on sale in the last 15 minutes, or is looked at once"
        " more."
    ),
    "source_paused": N_("%(about)s has another source, and is paused: a sale would earn too little."),
    "source_none": N_("%(about)s has another source."),
    "edited": N_("%(about)s is saved."),
    "edited_nothing": N_("%(about)s: nothing was changed."),
    "limit_set": N_("The limit of %(about)s is saved; the next look at its source goes by it."),
    "limit_agreed": N_("%(about)s goes up once its source was seen on sale again."),
    "limit_ended": N_("%(about)s follows your loss rule again, from the next look at its source on."),
    "price_bounds_set": N_("The prices of %(about)s are saved; the next look at its source goes by them."),
    "price_bounds_ended": N_("The price of %(about)s does not follow its source any more."),
    "price_stop": N_("The price of %(about)s stays as it is until you resume it."),
    "price_resume": N_("The price of %(about)s follows its source again, from the next look on."),
    "price_take_back": N_(
        "%(about)s gets its former price back, if Amazon is seen to have the present one. It follows no more."
    ),
    "rules_changed": N_("Your rules are saved. Searches follow within seconds."),
    "excluded": N_("%(about)s is excluded from now on."),
    "included": N_("%(about)s is no longer excluded."),
    "job_stopped": N_("Job %(about)s is stopped."),
    "import_accepted": N_("Import %(about)s goes on."),
    "search_skipped": N_("Search %(about)s is skipped."),
    "offers_asked": N_("The offers are read at Amazon now; that takes a few minutes."),
    "offer_matched": N_("%(about)s: the source is saved."),
    "offer_freed": N_("%(about)s: it has no source any more."),
    "order_decided": N_("Order %(about)s: saved."),
    "order_not_sourced": N_("Order %(about)s: saved. Write to the buyer first."),
    "order_taken_back": N_("Order %(about)s is to be bought again."),
    "replacement_approved": N_("%(about)s: approved. It goes up after one more look."),
    "replacement_refused": N_("%(about)s: refused. The search goes on."),
    "replacements_approved": N_("%(about)s replacements are approved. Each goes up after one more look."),
    "replacements_refused": N_("%(about)s replacements are refused. The search goes on."),
    "replacements_approved_in_part": N_(
        "At least %(about)s replacements are approved; then the database could not be reached. What was not approved"
        " still waits."
    ),
    "replacements_refused_in_part": N_(
        "At least %(about)s replacements are refused; then the database could not be reached. What was not refused"
        " still waits."
    ),
    "pool_changed": N_("%(about)s is changed; the cluster follows within seconds."),
    "hold_released": N_("Hold %(about)s is released; its changes are made within seconds."),
    "hold_released_but_joined": N_(
        "What the page had shown is released. %(about)s more had joined the hold since then: they wait on."
    ),
    "hold_was_closed": N_("Hold %(about)s was released or closed before."),
    "hold_listings_released": N_("%(about)s listings are released; their changes are made within seconds."),
    "hold_nothing_released": N_("Nothing was released."),
    "hold_no_listing_released": N_("Nothing was released: nothing was ticked, or it does not wait any more."),
    "schedule_wanted": N_("%(about)s starts in a moment."),
    "schedule_paused": N_("%(about)s is paused."),
    "schedule_resumed": N_("%(about)s starts on schedule again."),
    "market_paused": N_("The marketplace is paused: runs wait and workers stop within seconds."),
    "market_resumed": N_("The marketplace resumes within seconds."),
    "setting_changed": N_("%(about)s is changed; processes follow within seconds."),
    "plan_changed": N_("The plan of %(about)s counts from the next run on."),
    "invitation_mailed": N_("A mail goes to %(about)s."),
    "invitation_revoked": N_("The invitation of %(about)s is revoked."),
    "seller_stopped": N_("%(about)s is stopped."),
    "seller_started": N_("%(about)s takes part again from the next run on."),
    "replayed": N_("%(about)s sent to their workers again."),
    "nothing_changed": N_("Nothing was changed."),
    "seller_refused": N_("%(about)s: refused, and this seller is excluded."),
}
"""The messages; `%(about)s` is the name of what the action changed."""
