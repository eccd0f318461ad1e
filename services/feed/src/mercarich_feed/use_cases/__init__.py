"""The jobs of feed: `patches`, `restores` and bulk `feeds` push, `read_back` reads, `sweep` is the command."""
