"""Pools and queues on the terminal."""
