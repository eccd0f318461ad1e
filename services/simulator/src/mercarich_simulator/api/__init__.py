"""The routes of the simulator."""
