"""What the updater decides: which candidate may replace a source, and why the others may not. No I/O."""
