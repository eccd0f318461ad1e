"""Mail invitations: each mail has a link of its own, so that who joins by it has read the mail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mercarich_contracts.schedule import tokyo
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Invitation
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sign_in import hashed
from mercarich_web.notices.mail_smtp import Letter, Mails
from mercarich_web.notices.notices import Way
from mercarich_web.notices.sending import MOST_TRIES, Missed, NotSent, Undeliverable, pause_after
from mercarich_web.notices.sql.invitation_outbox import InvitationMail, SqlInvitationOutbox
from mercarich_web.site.languages import N_, catalogue, chosen

KEPT_FOR = timedelta(days=30)
"""How long it is known what was mailed to whom; an invitation itself ends sooner."""
AT_ONCE = 5

SUBJECT = N_("%(by)s invites you to Mercarich")
PARTS = (
    N_("%(by)s invites you to Mercarich, as %(username)s. Choose a password here: %(link)s"),
    N_("The link is good once, until %(until)s. It is for you alone: whoever opens it can act as %(username)s."),
    N_("It confirms this address, too: what needs your attention is mailed here. You can change that when you join."),
    N_("If you do not know %(by)s, ignore this mail. Without you nothing happens, and the link ends by itself."),
)


@dataclass(frozen=True, slots=True)
class SendInvitations:
    """Send the mails that are due. Return their number. `mails` is None where no mail server is set up."""

    outbox: SqlInvitationOutbox
    mails: Mails | None
    key: ServerKey
    public_url: str
    now: Clock
    count: Callable[[Way, str], None]
    """As that of `SendNotices`."""

    def __call__(self) -> int:
        due = self.outbox.take(self.now(), AT_ONCE)
        for mail in due:
            missed = self._tried(mail)
            if missed is None:
                self.outbox.sent(mail.id)
            else:
                self.outbox.missed(mail.id, missed)
            self.count(Way.MAIL, "sent" if missed is None else "left" if missed.for_good else "put_off")
        return len(due)

    def sweep(self) -> None:
        self.outbox.sweep(self.now() - KEPT_FOR)

    def _tried(self, mail: InvitationMail) -> Missed | None:
        """Try to send. Return what went wrong."""
        invitation = mail.invitation
        if mail.tries > MOST_TRIES:
            return Missed("each try ended the sender")
        if self.mails is None:
            return Missed("no mail server is set up here")
        if invitation is None or invitation.mail_address is None:
            return Missed("the invitation was over before it was sent")
        token = self.key.secret("invitation", mail.id, mail.invitation_hash).hex()
        self.outbox.may_join_by(mail.id, hashed(token))
        link = f"{self.public_url}/join/{token}"
        try:
            self.mails.send(invitation.mail_address, lambda: letter(invitation, link), f"invitation-{mail.id}")
        except NotSent as error:
            again_at = None if mail.tries >= MOST_TRIES else self.now() + pause_after(mail.tries)
            return Missed(str(error), error.refusal, again_at)
        except Undeliverable as error:
            return Missed(str(error), error.refusal)
        return None


def letter(invitation: Invitation, link: str) -> Letter:
    """Return the mail, in the language that the inviter chose."""
    sentences = catalogue(chosen(invitation.language))
    values = {
        "by": invitation.created_by,
        "username": invitation.username,
        "link": link,
        "until": tokyo(invitation.expires_at, "%Y-%m-%d %H:%M"),
    }
    parts = [str(sentences.ugettext(part)) % values for part in PARTS]
    subject = " ".join((str(sentences.ugettext(SUBJECT)) % values).split())
    return Letter(subject[:200], "\n\n".join(parts) + "\n")
