"""An empty page of Dash, compressed as the dashboard is: the least that any page of Dash takes."""

from __future__ import annotations

from dash import Dash, html

app = Dash(__name__, compress=True)
app.layout = html.Div("nothing", id="empty")
server = app.server
