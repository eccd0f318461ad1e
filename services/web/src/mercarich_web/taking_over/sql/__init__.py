"""Queries on offers that were found at Amazon."""
