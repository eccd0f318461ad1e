"""A seller's rates of cancellations and of late shipments, and Amazon's limits on them."""
