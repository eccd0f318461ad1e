"""What all benchmarks share: runs in turn, spreads and ratios, CPU from the system's books, results, the page."""
