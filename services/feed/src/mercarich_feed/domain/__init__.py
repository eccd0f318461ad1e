"""What the feed service decides, without input or output: `pushes` of both lanes, and `feeds`."""
