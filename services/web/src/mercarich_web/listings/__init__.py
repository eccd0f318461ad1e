"""A seller's listings: shown, told, explained, changed by hand."""
