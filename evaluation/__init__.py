"""The statistics: arrays in, results out; numpy alone, no database and no interface."""
