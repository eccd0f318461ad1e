"""What is decided about a run's rows, without any I/O."""
