"""A seller's home page."""
