"""What the marketplaces answer, byte for byte in their own formats."""
