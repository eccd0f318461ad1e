"""A seller's cancellation rate, and Amazon's limit on it."""
