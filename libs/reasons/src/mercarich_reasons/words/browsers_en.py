"""Sentences about browsers that did not get a notice, or get none any more, in English."""

from collections.abc import Mapping

BROWSERS: Mapping[str, str] = {
    "no_browser_address": "This is no subscription of a browser. Reload the page, and switch notifications on again.",
    "too_many_browsers": "There are {most} browsers. Remove one first.",
    "no_web_push": "Notifications in browsers are not set up on this system.",
    "browser_away": "The push service {host} cannot be reached, or failed ({status|no status}). We try again by"
    " ourselves.",
    "browser_busy": "The push service {host} takes no more messages just now. We try again by ourselves.",
    "browser_given_up": "The push service {host} could not be reached, failed or took no messages at each of {tries}"
    " tries. This notice was not delivered, and is not sent again.",
    "browser_key_refused": "The push service {host} does not take our key for this browser. Switch notifications on"
    " again in that browser; if that does not help, tell your operator.",
    "browser_message_too_large": "The notice is too large for the push service {host}. It is on the page of notices.",
    "browser_refused": "The push service {host} refused the notice (status {status}). Switch notifications on again in"
    " that browser; if that does not help, tell your operator.",
    "browser_secret_unreadable": "The subscription of this browser cannot be decrypted here any more. Switch"
    " notifications on again in it.",
    "browser_gone": "The browser takes no notifications any more: they were switched off in it, or its data was"
    " deleted.",
    "browser_removed": "It was removed on this page.",
    "browser_renewed": "The same browser was set up again.",
    "browser_signed_out": "You signed out in it.",
    "browser_shut_out": "Its session was ended from elsewhere, or a new password or second step ended what other"
    " browsers show. Switch notifications on again in it, if it is yours.",
    "browser_taken_over": "Somebody else signed in with it.",
    "browser_of_stopped": "The account was stopped.",
    "browser_of_backup": "The database was restored from a backup.",
}
