"""The words of the audit log and of tokens, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

DEEDS: Mapping[str, tuple[str, str]] = {
    "sign_in": (N_("signed in"), ""),
    "sign_in_failed": (N_("failed to sign in"), "warn"),
    "password_changed": (N_("changed the password"), ""),
    "password_reset": (N_("reset a password"), "warn"),
    "account_stolen": (N_("shut a stolen account"), "warn"),
    "second_step_begun": (N_("set up the second step"), ""),
    "second_step_ended": (N_("switched off the second step"), "warn"),
    "second_step_reset": (N_("reset a user's second step"), "warn"),
    "authenticator_added": (N_("added an authenticator app"), ""),
    "authenticator_removed": (N_("removed the authenticator app"), "warn"),
    "passkey_added": (N_("added a passkey"), ""),
    "passkey_removed": (N_("removed a passkey"), "warn"),
    "recovery_codes_renewed": (N_("created new recovery codes"), ""),
    "invited": (N_("invited"), "info"),
    "joined": (N_("accepted the invitation"), "info"),
    "key_made": (N_("created an API key"), "info"),
    "key_revoked": (N_("revoked an API key"), "info"),
    "amazon_link_begun": (N_("went to Amazon to link an account"), ""),
    "amazon_linked": (N_("linked an Amazon account"), "info"),
    "amazon_asked": (N_("asked Amazon what it shows"), ""),
    "offers_matched": (N_("named sources of offers at Amazon"), ""),
    "order_decided": (N_("decided on an order"), ""),
    "replacements_approved": (N_("approved replacements"), ""),
    "replacements_refused": (N_("refused replacements"), ""),
    "rule_changed": (N_("changed a rule"), ""),
    "notice_ways_changed": (N_("chose how notices go out"), ""),
    "listings_check": (N_("requested looks at sources"), ""),
    "listings_withdraw": (N_("withdrew listings"), ""),
    "listings_put_up": (N_("put listings up"), ""),
    "listings_stop_watching": (N_("stopped watching listings"), ""),
    "listings_resume_watching": (N_("watches listings again"), ""),
    "listings_create": (N_("had offers created at Amazon"), ""),
    "listings_give_up": (N_("gave up new offers at Amazon"), ""),
    "listings_list": (N_("had offers taken over from Amazon"), ""),
    "listing_limit": (N_("set a listing's own limit of the profit"), ""),
    "listing_source": (N_("gave a listing another source"), ""),
    "listing_edited": (N_("edited a listing"), ""),
    "listing_price": (N_("changed how a listing's price follows its source"), ""),
    "listings_delete": (N_("deleted listings"), ""),
    "listings_undo": (N_("undid a change of listings"), ""),
    "setting_changed": (N_("changed a setting"), "info"),
    "hold_released": (N_("released a hold"), "info"),
    "hold_listings_released": (N_("released listings of a hold"), "info"),
    "schedule_paused": (N_("paused a schedule"), "warn"),
    "schedule_resumed": (N_("resumed a schedule"), "info"),
    "schedule_wanted": (N_("started a schedule by hand"), "info"),
    "schedule_started": (N_("requested a start on Kubernetes"), "info"),
    "database_restored": (N_("restored the database from a backup"), "warn"),
    "dead_letter_replayed": (N_("replayed dead letters"), "info"),
    "plan_changed": (N_("changed a plan"), "info"),
    "seller_stopped": (N_("stopped a seller"), "warn"),
    "seller_started": (N_("reactivated a seller"), "info"),
}
"""An action in the audit log: its words and tone."""

VERDICTS: Mapping[str, tuple[str, str]] = {
    "valid": (N_("valid"), "good"),
    "invalid": (N_("refused by Amazon"), "bad"),
    "unknown": (N_("not known"), "warn"),
}
"""A verdict on a token: its word and tone."""
