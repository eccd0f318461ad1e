"""Sellers as operators see and change them, their tokens, the audit log."""
