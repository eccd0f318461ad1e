"""The pages of sellers, tokens and the audit log."""
