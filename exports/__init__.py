"""What leaves the dashboard as a file: lists, later slides and handouts."""
