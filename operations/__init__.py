"""For those who keep the dashboard running: is it well, what does it do, how fast, how much of it.

``attach`` comes before everything else that looks at a request, so that refusals count too.
"""

from __future__ import annotations

from dash import Dash

from operations import health, logs, metrics, requests
from operations.metrics import AUDIT_LOG, METRICS_TOKEN
from operations.requests import request_id

__all__ = ["AUDIT_LOG", "METRICS_TOKEN", "UNATTENDED", "attach", "request_id"]

# Endpoints for machines: they answer without signing in, over http, and set no cookie.
UNATTENDED = health.ENDPOINTS | metrics.ENDPOINTS


def attach(app: Dash) -> None:
    """Give every request a number, tell logs and metrics of it, and answer the probes."""
    requests.follow(app, logs.teller(quiet=UNATTENDED), metrics.count)
    logs.number_records()
    app.server.register_blueprint(health.HEALTH)
    app.server.register_blueprint(metrics.METRICS)
