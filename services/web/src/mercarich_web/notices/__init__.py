"""What sellers are told of, by page, mail, chat, webhook and browser."""
