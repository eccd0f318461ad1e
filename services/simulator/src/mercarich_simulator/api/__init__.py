"""The addresses of the simulator: which path is answered how."""
