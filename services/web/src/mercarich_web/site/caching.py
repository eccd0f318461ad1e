"""How long a browser may keep what is one seller's own."""

KEPT_FOR_A_SESSION = {"Cache-Control": "private, max-age=3600", "Vary": "Cookie"}
"""The cache depends on the cookie, so that the next user of the same browser gets nothing of it."""
