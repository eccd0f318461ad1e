"""The jobs of feed: `patches` for withdrawals, `feeds` for bulk, `zeros` for the read-back, `sweep` for the command."""
