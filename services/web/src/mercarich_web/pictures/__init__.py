"""Pictures of new listings: wanted, fetched from their source, kept in a folder."""
