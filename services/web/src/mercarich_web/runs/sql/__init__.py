"""Queries on runs and holds."""
