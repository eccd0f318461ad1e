"""The public API, `/api/v1`: JSON over the same use cases as the pages, with keys instead of sessions."""
