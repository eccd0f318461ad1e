"""What every command shares: arguments, output, errors as exit codes."""
