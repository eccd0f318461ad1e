"""Queries of jobs."""
