"""How Yahoo! Auctions' pages are read: pure functions from an answer to items, or a fault."""
