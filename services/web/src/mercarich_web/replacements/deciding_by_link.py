"""The use case of a link that decides: find what it leads to, and decide, for visitors without a session."""

from dataclasses import dataclass

from mercarich_platform.clock import Clock
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sign_in import Caller, TooMany, hashed
from mercarich_web.identity.sql.sessions import SqlTries
from mercarich_web.identity.tries import of_link
from mercarich_web.refusals import NotFound
from mercarich_web.replacements.links import FormTokens, Link, Seen
from mercarich_web.replacements.sql.links import SqlDecisionLinks
from mercarich_web.replacements.views import Decision


class ForgedForm(Exception):
    """The form is not of the link's page, or not of what that page has shown."""


@dataclass(frozen=True, slots=True)
class DecideByLink:
    book: SqlDecisionLinks
    tries: SqlTries
    key: ServerKey
    now: Clock

    def look(self, token: str, caller: Caller) -> Seen:
        """Return what a link leads to. A link that exists changes nothing, since programs that read messages open it,
        too. Raises `NotFound`, and `TooMany` in a network that has tried many that do not exist."""
        counters = of_link(caller.address)
        seconds = self.tries.wait(counters, self.now())
        if seconds > 0:
            raise TooMany(seconds)
        seen = self.book.look(hashed(token))
        if seen is None:
            self.tries.begin(counters, self.now())
            raise NotFound("there is no such link")
        return seen

    def form_token(self, seen: Seen) -> str:
        """Return the token of the page's forms, of what it shows."""
        return self._tokens().made(seen.link, seen.shown.fence) if seen.shown is not None else ""

    def decide(self, token: str, decision: Decision, fence: str, form_token: str, caller: Caller) -> Link:
        """Decide on what the page has shown, and return the link. Raises as `look` and `SqlDecisionLinks.decide`, and
        `ForgedForm`."""
        seen = self.look(token, caller)
        if not self._tokens().holds(seen.link, fence, form_token):
            raise ForgedForm
        self.book.decide(seen.link.token_hash, decision, fence, caller)
        return seen.link

    def _tokens(self) -> FormTokens:
        return FormTokens(self.key.secret("decision links"))
