"""The words of notices, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.notices import Kind, Way
from mercarich_web.site.languages import N_

TOLD: Mapping[str, tuple[str, str, str]] = {
    Kind.OUTAGE: (N_("Sources that cannot be checked, and other outages"), "triangle-alert", "bad"),
    Kind.ORDER_UNSOURCED: (N_("Orders whose source is gone"), "triangle-alert", "bad"),
    Kind.CANCELLATIONS: (N_("Cancellation rate near Amazon's limit"), "triangle-alert", "bad"),
    Kind.LATE_SHIPMENTS: (N_("Late shipments near Amazon's limit"), "triangle-alert", "bad"),
    Kind.TOKEN: (N_("Amazon refuses your token"), "key-round", "bad"),
    Kind.STUCK: (N_("Withdrawals that do not reach Amazon"), "triangle-alert", "bad"),
    Kind.HELD: (N_("Changes held back"), "hand", "warn"),
    Kind.REJECTED: (N_("Refused by Amazon"), "circle-x", "bad"),
    Kind.PROPOSED: (N_("Replacements that wait for you"), "sparkles", "info"),
    Kind.DIFFERS: (N_("Differences at Amazon"), "scale", "bad"),
    Kind.JOB_FAILED: (N_("Failed imports and searches"), "file-spreadsheet", "bad"),
    Kind.EARNINGS: (N_("Offers at a loss, or with a thin margin"), "scale", "warn"),
    Kind.PRICE_STOPPED: (N_("Prices that follow their source no more"), "circle-stop", "warn"),
    Kind.PAUSED: (N_("Offers paused by your loss rule"), "circle-stop", "warn"),
}
"""A kind of notice: its sentence, icon and tone."""
WAYS: Mapping[str, str] = {
    "mail": N_("Mail"),
    "webhook": N_("Webhook"),
    "browser": N_("Browser"),
    **{way: vendor.name for way, vendor in VENDORS.items()},
}
CHATS: Mapping[str, tuple[str, str, str]] = {
    Way.SLACK: (
        "",
        N_("Address of the webhook"),
        N_("In Slack: an app with Incoming Webhooks, Add New Webhook to Workspace. It is a secret."),
    ),
    Way.DISCORD: (
        "",
        N_("Address of the webhook"),
        N_("In Discord: Edit Channel, Integrations, Webhooks, Copy Webhook URL. It is a secret."),
    ),
    Way.CHATWORK: (
        N_("Room"),
        N_("API token"),
        N_(
            "In Chatwork: Service Integration, API Token. It may do all that its owner may, so use one of an account of"
            " its own."
        ),
    ),
    Way.LINE: (
        N_("Id of the person or group"),
        N_("Channel access token"),
        N_("In the LINE Developers Console, at your Messaging API channel. Your own id is at Basic settings."),
    ),
}
"""Of a chat: what its place is called, what its secret is called, and where to find them."""
SENDINGS: Mapping[str, str] = {
    "opened": N_("Notice"),
    "closed": N_("Settled"),
    "proof": N_("Confirmation of the address"),
    "trial": N_("Trial"),
    "account": N_("Change of the account"),
}
SENDING_STATES: Mapping[str, tuple[str, str]] = {
    "waiting": (N_("waits"), "info"),
    "sent": (N_("sent"), "good"),
    "failed": (N_("not sent"), "bad"),
}
