"""Responses in the marketplaces' own formats, byte for byte."""
