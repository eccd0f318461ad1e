"""The words for every reason, one table per language: `{value}` stands for a value of the reason."""
