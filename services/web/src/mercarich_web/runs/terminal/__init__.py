"""Runs and holds on the terminal."""
