"""A seller's jobs: bulk searches and CSV imports."""
