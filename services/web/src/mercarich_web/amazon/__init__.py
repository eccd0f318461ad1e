"""A seller's side of Amazon: the linked account, its token, its feeds."""
