"""Queries on sellers, tokens and the audit log."""
