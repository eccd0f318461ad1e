"""Sellers' orders at Amazon: what is to be bought, and what a seller decided."""
