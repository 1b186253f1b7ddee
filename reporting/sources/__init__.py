"""Where deliveries come from besides CSV files: each module writes the contract's files."""
