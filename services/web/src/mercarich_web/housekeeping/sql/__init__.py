"""Queries and deletions of housekeeping."""
