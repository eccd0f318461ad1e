"""Replacements of sources: proposals, the rules of their choice, exclusions."""
