"""Sentences about accounts of people, in English."""

from collections.abc import Mapping

ACCOUNTS: Mapping[str, str] = {
    # accounts of people
    "no_username": "a name has 2 to 64 letters, digits or . _ @ - and begins with a letter or digit",
    "no_plan": "a plan has 2 or 4 checks a day, not {given}",
    "has_password": "{username} can sign in already",
    "key_incomplete": "A key needs a name and at least one permission.",
    "key_name_taken": "there is a key named {name}; use another name, or revoke that key first",
    "too_many_keys": "there are {most} keys; revoke one first",
    "last_second_step": "this account needs a second step, and this is the only one; add another one first",
    "no_passkeys_here": "browsers allow passkeys only where the pages are opened by https or as http://localhost,"
    " and not by a numeric address",
    "passkey_unproven": "the browser's answer could not be verified, or came too late; try again",
    "passkey_unnamed": "a passkey needs a name",
    "passkey_known": "this passkey is stored already",
    "too_many_passkeys": "there are {most} passkeys; remove one first",
    "second_step_ready": "it is set up already; reload the page",
    "no_consent_page": "Amazon's consent page is not set up on this system",
    "no_mail_address": "This is not a mail address.",
    "too_many_invitation_mails": "This address has had {most} invitations today, and gets no more until tomorrow.",
    "message_unbuildable": "This message cannot be built.",
    "no_webhook_address": "A webhook must begin with https:// and have a host without a port.",
    "amazon_unreadable": "Amazon cannot be read: no account is linked, or Amazon refuses its token",
    "decided_meanwhile": "order {order_id} was changed meanwhile, by {person} at {at}: {decision|no decision any more}",
    "reads_wait": "Amazon was asked just now: {left} offers wait to be read",
    "nothing_to_try": "there is no address to send to",
    "too_many_trials": "Too many tries. Wait a little.",
    # changes of an account
    "new_browser": "Somebody signed in with a browser that we do not know ({browser|unknown}) from the address"
    " {address}.",
    "password_changed": "The password was changed from the address {address}. Other browsers show no notices until"
    " they are switched on there again.",
    "deciding_by_links": "Messages have links that approve or refuse replacements: chosen from the address {address}.",
    "notices_to_chat": "Notices go to a place at {chat}: chosen from the address {address}.",
    "notices_to_browser": "Notices are shown by a browser ({browser|unknown}): chosen from the address {address}.",
    "password_reset": "An operator reset the password, and made a link to choose another one.",
    "account_shut": "An operator shut the account: somebody else is said to act with it.",
    "second_step_on": "Two-step sign-in was switched on from the address {address}.",
    "second_step_off": "Two-step sign-in was switched off from the address {address}.",
    "second_step_reset": "An operator switched two-step sign-in off.",
    "authenticator_added": "An authenticator app was set up for two-step sign-in from the address {address}.",
    "authenticator_removed": "The authenticator app was removed from two-step sign-in from the address {address}.",
    "passkey_added": "A passkey was added from the address {address}: {name}",
    "passkey_removed": "A passkey was removed from the address {address}: {name}",
    "codes_renewed": "New recovery codes were created from the address {address}.",
    "key_made": "An API key was created from the address {address}: {name}",
    "notices_redirected": "Notices go to another mail address or webhook: changed from the address {address}.",
}
