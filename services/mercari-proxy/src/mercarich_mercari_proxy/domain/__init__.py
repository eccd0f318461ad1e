"""What Mercari's words mean: ids, status words and error responses."""
