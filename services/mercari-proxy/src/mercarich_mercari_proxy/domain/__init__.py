"""How Mercari's answers are read: pure functions from an answer to items, or a fault."""
