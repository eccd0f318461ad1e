"""The ceremonies of WebAuthn: what a browser is asked to make or use a passkey, and whether its response is right.

The only module that knows the library.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers import parse_authentication_credential_json as parse_used
from webauthn.helpers import parse_registration_credential_json as parse_made
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mercarich_web.identity.passkey import GOOD_FOR, Credential

NAME = "Mercarich"
LONGEST_ID = 1_023
"""Bytes of a credential's id (WebAuthn Level 2, 6.1)."""
_MILLISECONDS = int(GOOD_FOR.total_seconds() * 1000)


class Unproven(Exception):
    """The browser's response does not prove that the passkey signed this challenge here."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site for which passkeys are made."""

    id: str
    """Its host name."""
    origin: str
    """Scheme, host and port of its pages."""


def relying_party(public_url: str, opened: str) -> RelyingParty | None:
    """Return the site, or None where browsers allow no passkeys: over http, except at localhost, and at a numeric
    address.

    Without a public address only localhost is a site: any other name would be what the request claims. `opened`:
    scheme, host and port under which a browser opened the pages.
    """
    url = urlsplit(public_url or opened)
    host = url.hostname or ""
    is_local = host == "localhost"
    if not is_local and (not public_url or url.scheme != "https" or _is_numeric(host)):
        return None
    return RelyingParty(host, f"{url.scheme}://{url.netloc}")


def to_make(
    party: RelyingParty, challenge: str, handle: bytes, username: str, known: Sequence[Credential]
) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is asked for. An authenticator that has one of the `known` refuses."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=NAME,
        user_name=username,
        user_id=handle,
        challenge=base64url_to_bytes(challenge),
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json_dict(options=options)


def made(party: RelyingParty, challenge: str, response: str) -> Credential:
    """Return the new passkey. `response` is the browser's, as JSON. Raises `Unproven`."""
    try:
        given = parse_made(response)
        proven = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except Exception as error:  # the library lets errors of its parsers through, and the response is a stranger's
        raise Unproven(str(error)) from error
    if len(proven.credential_id) > LONGEST_ID:
        raise Unproven("the credential's id is too long")
    return Credential(
        bytes_to_base64url(proven.credential_id),
        bytes_to_base64url(proven.credential_public_key),
        tuple(way.value for way in given.response.transports or ()),
        proven.sign_count,
    )


def to_use(party: RelyingParty, challenge: str, known: Sequence[Credential]) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is asked for: one of the `known`."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=base64url_to_bytes(challenge),
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json_dict(options=options)


def used(party: RelyingParty, challenge: str, known: Sequence[Credential], response: str) -> tuple[Credential, int]:
    """Return which of the `known` signed, and its new count of signatures. Raises `Unproven`."""
    try:
        given = parse_used(response)
        which = next(one for one in known if one.id == bytes_to_base64url(given.raw_id))
        proven = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(which.public_key),
            credential_current_sign_count=which.sign_count,
        )
    except Exception as error:  # as above
        raise Unproven(str(error)) from error
    return which, proven.new_sign_count


def _descriptors(known: Sequence[Credential]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.id), transports=[AuthenticatorTransport(way) for way in one.transports]
        )
        for one in known
    ]


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
