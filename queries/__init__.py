"""The only reader of the reporting database."""
