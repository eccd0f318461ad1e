"""What the operator does: one round, over and over."""
