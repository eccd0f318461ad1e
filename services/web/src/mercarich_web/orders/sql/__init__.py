"""Queries on orders and decisions."""
