"""What the figures in the documentation come from; prints ratios."""
