"""What people do with their account: invitations, signing in, the second step, keys."""
