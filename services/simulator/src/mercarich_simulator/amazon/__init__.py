"""Amazon's side: tokens, quotas, what each offer shows, and feeds that are processed after a delay."""

MARKETPLACE_ID = "A1VC38T7YXB528"
"""Amazon.co.jp (SP-API "Marketplace IDs")."""
