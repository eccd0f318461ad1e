"""Sentences about chats that did not take a notice, in English."""

from collections.abc import Mapping

CHATS: Mapping[str, str] = {
    "no_chat_address": "This is no address, id or token of {chat}. It looks like this: {example}",
    "chat_away": "{chat} cannot be reached, or failed ({status|no status}). We try again by ourselves.",
    "chat_busy": "{chat} takes no more messages just now. We try again by ourselves.",
    "chat_given_up": "{chat} could not be reached, failed or took no messages at each of {tries} tries. This message"
    " was not delivered, and is not sent again.",
    "chat_webhook_gone": "{chat} does not know this webhook, or not any more. Make a new one there, and save its"
    " address here.",
    "chat_channel_closed": "The channel of this webhook at {chat} was archived or deleted. Make a webhook for another"
    " channel there, and save its address here.",
    "chat_forbidden": "{chat} does not allow messages there. Ask who administers it to allow them, or choose another"
    " place.",
    "chat_token_refused": "{chat} refuses the token. Make a new one there, and save it here.",
    "chat_place_refused": "{chat} does not let this token write to {place}. Check the id, and that the token's account"
    " or bot is a member there.",
    "chat_quota_used": "The messages of this month are used up at {chat}. This message was not sent, and is not sent"
    " later. Nor are further ones, until next month or until your account there has another plan.",
    "chat_refused": "{chat} refused the message (status {status}). Save its address again; if that does not help, tell"
    " your operator.",
    "chat_secret_unreadable": "The secret of {chat} cannot be decrypted here any more. Save it again.",
}
