"""How Yahoo! Auctions is asked (`web`) and how its pages are read (`item_page`, `search_page`)."""
