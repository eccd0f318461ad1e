"""Sign-in of people, and the audit log. Written by web."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

logins = Table(  # users who may sign in
    "logins",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("password_hash", String(255), nullable=False),  # argon2id, in its own notation
    Column("password_at", UtcDateTime, nullable=False),
    Column("language", exact(8), nullable=True),  # ja, en; NULL: the browser's
    Column("codes_salt", exact(64), nullable=True),  # the TOTP secret is derived from it and the server's key
    Column("codes_since", UtcDateTime, nullable=True),  # a second step is required: a passkey, or a code
    Column("codes_used", Id, nullable=True),  # the newest time step whose code was accepted
    Column("devices_salt", exact(64), nullable=True),  # signs cookies of known browsers; another voids them
)

recovery_codes = Table(  # each is deleted when it is used
    "recovery_codes",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("code_hash", exact(64), primary_key=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("credential_hash", exact(64), nullable=False, unique=True),  # SHA-256 of the id, too long for an index
    Column("credential_id", Text, nullable=False),  # base64url
    Column("public_key", Text, nullable=False),  # COSE, base64url
    Column("transports", String(128), nullable=False),  # with a space between
    Column("sign_count", Id, nullable=False),  # of the newest sign-in; 0: the authenticator does not count
    Column("name", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
    Index("ix_passkeys_user", "user_id"),
)

server_secrets = Table(
    "server_secrets",
    metadata,
    Column("name", exact(32), primary_key=True),
    Column("sealed", String(255), nullable=False),  # AES-256-GCM, see mercarich_platform.sealing
    Column("sealed_at", UtcDateTime, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("key_hash", exact(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("scopes", String(255), nullable=False),  # with a space between
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),  # to the minute
    Index("ix_api_keys_user", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", exact(64), primary_key=True),  # SHA-256, so that reading the table does not allow to sign in
    Column("user_id", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # to the minute
    Column("confirmed_at", UtcDateTime, nullable=False),  # when the password was last given
    Column("address", String(64), nullable=False),
    Column("agent", String(255), nullable=False),
    Column("half", Boolean, nullable=False, server_default="0"),  # the second factor is still missing
    Column("challenge", exact(128), nullable=True),  # that a passkey must sign, base64url; its use sets NULL
    Column("challenge_at", UtcDateTime, nullable=True),
    Index("ix_sessions_user", "user_id"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", exact(64), primary_key=True),
    Column("username", exact(64), nullable=False),
    Column("plan", Integer, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=True),
    Column("mail_address", String(254), nullable=True),  # of the person who is invited
    Column("language", exact(8), nullable=True),  # of mails to that address: ja, en
)

invitation_mails = Table(  # each with a link of its own, so that who joins by it has read the mail
    "invitation_mails",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("invitation_hash", exact(64), nullable=False),  # the key of its invitation, which may be gone
    Column("mail_address", String(254), nullable=False),  # in small letters, to count by it
    Column("token_hash", exact(64), nullable=True),  # SHA-256 of the token in the mail; NULL: no try was made yet
    Column("state", exact(16), nullable=False),  # waiting, sent, failed
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),  # claimed by a sender until then, or postponed
    Column("created_at", UtcDateTime, nullable=False),
    Column("problem", String(255), nullable=True),
    Column("refusal", StoredReason, nullable=True),
    Index("ix_invitation_mails_due", "state", "not_before"),
    Index("ix_invitation_mails_address", "mail_address", "created_at"),
    Index("ix_invitation_mails_token", "token_hash"),
    Index("ix_invitation_mails_invitation", "invitation_hash"),
)

sign_in_failures = Table(  # in a row, since the last success
    "sign_in_failures",
    metadata,
    Column("name", exact(80), primary_key=True),  # SHA-256 of an account's name or of a network, with its kind
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

audit_log = Table(  # append only
    "audit_log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", Id, nullable=True),  # the seller concerned; NULL: the system
    Column("actor", String(64), nullable=False),
    Column("action", exact(64), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("detail", Text, nullable=True),
    Column("address", String(64), nullable=True),
    Column("agent", String(200), nullable=True),  # the browser's User-Agent; NULL: no browser, or not known
    Index("ix_audit_log_user", "user_id", "id"),
)
