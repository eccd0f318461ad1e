"""The rows of the original system and of the new home."""
