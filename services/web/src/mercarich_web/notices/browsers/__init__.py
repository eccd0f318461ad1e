"""Notices as notifications of a browser (web push)."""
