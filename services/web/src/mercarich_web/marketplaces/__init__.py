"""A marketplace as operators steer it: paused or not, its canaries, its proxy."""
