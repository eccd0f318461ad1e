"""The pages, a module for each subject: `routes(site, …use cases)` answers its router."""
