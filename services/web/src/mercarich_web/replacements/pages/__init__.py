"""The pages of replacements and rules."""
