"""What the kit keeps in the database."""
