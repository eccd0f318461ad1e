"""Queries on people, sessions and keys."""
