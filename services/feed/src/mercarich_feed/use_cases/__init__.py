"""The jobs of feed: `patches` and `restores` push, `feeds` is for bulk, `zeros` the read-back, `sweep` the command."""
