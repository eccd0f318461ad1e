"""What Amazon shows otherwise than the books say, and asking Amazon now."""
