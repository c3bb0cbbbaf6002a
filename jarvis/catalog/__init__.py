"""Which models are worth having, and fetching them from the hub."""
