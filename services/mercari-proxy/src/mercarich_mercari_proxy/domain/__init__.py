"""What Mercari's words mean: ids, status words, conditions and error responses."""
