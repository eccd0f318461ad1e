"""What sellers are told of, by page, mail, chat and webhook."""
