"""What is old goes: offers withdrawn long ago, records of past work."""
