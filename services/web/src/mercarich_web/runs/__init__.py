"""Check runs, and what the brake holds back in them."""
