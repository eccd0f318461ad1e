"""What sellers are told of, by page, mail and webhook."""
