"""What the feed service decides, without input or output: `answers` of Amazon, their `effects`, and `feeds`."""
