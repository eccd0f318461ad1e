"""How Yahoo! Auctions is asked: plain page requests over the kit's way out."""
