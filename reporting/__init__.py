"""The command line: reads, checks and loads deliveries, builds the marts."""
