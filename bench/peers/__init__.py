"""What a user would pick instead, each written as a competent user of it would; run in venvs of their own."""
