"""Queries on what differs at Amazon."""
