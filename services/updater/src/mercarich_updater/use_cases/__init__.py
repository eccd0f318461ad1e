"""What the updater does with its ports."""
