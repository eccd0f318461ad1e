"""Queries on listings, and their changes by hand."""
