"""New offers at Amazon: chosen in its catalogue, asked for, and followed until Amazon sells them."""
