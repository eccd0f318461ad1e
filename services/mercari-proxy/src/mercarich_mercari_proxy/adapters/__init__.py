"""How Mercari is asked: signed requests over the kit's way out."""
