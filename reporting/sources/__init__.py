"""Where deliveries come from besides folders of CSV files: each module writes the contract's files."""
