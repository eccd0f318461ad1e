"""Requests to Yahoo! Auctions (`web`) and the parsers of its pages (`item_page`, `search_page`)."""
