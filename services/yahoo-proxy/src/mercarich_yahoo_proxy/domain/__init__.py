"""What a page of Yahoo! Auctions means: its data blocks, states, prices, redirects and errors."""
