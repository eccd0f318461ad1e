"""The pages of runs and holds."""
