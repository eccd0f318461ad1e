"""Queries on replacements, rules and exclusions."""
