"""Figures: pure functions from a query's frame to a plotly figure as a plain dict."""
