"""What Prometheus may collect, for who brings the token that the settings name.

Of several processes (gunicorn's workers) any one answers for all, where
``PROMETHEUS_MULTIPROC_DIR`` names a folder that they share.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from threading import Lock

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from operations.health import UNAVAILABLE, loaded_at
from operations.requests import Answered
from queries import memory

METRICS = Blueprint("metrics", __name__)
ENDPOINTS = frozenset({"metrics.collected"})
METRICS_TOKEN = "LEAP_METRICS_TOKEN"  # noqa: S105 the name of a setting
AUDIT_LOG = "LEAP_AUDIT_LOG"

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

_requests = Counter("leap_requests", "Requests answered", ["method", "route", "status"])
_seconds = Histogram(
    "leap_request_seconds", "Seconds to the last byte", ["route"], buckets=_BUCKETS
)
_callback_seconds = Histogram(
    "leap_callback_seconds", "The same of what pages ask for", ["callback"], buckets=_BUCKETS
)
_loaded = Gauge(
    "leap_load_timestamp_seconds", "When the data were loaded", multiprocess_mode="mostrecent"
)
_held = Gauge("leap_cache_bytes", "Bytes of results remembered, about", multiprocess_mode="livesum")
_most = Gauge("leap_cache_most_bytes", "Bytes that may be", multiprocess_mode="livesum")
_resident = Gauge("leap_process_resident_bytes", "Memory of a process", multiprocess_mode="liveall")
_audited = Gauge(
    "leap_audit_log_bytes", "The audit log of this month", multiprocess_mode="mostrecent"
)
_process = ProcessCollector(registry=None)


class _Following:
    """A counter of what is counted elsewhere."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._told, self._lock = counter, 0, Lock()

    def follow(self, total: int) -> None:
        with self._lock:
            self._counter.inc(max(0, total - self._told))
            self._told = max(total, self._told)


_hits = _Following(Counter("leap_cache_hits", "Results that were remembered"))
_misses = _Following(Counter("leap_cache_misses", "Results that were worked out"))


def count(answered: Answered) -> None:
    """Count a request that has been answered."""
    _requests.labels(answered.method, answered.route, answered.status).inc()
    _seconds.labels(answered.route).observe(answered.seconds)
    if answered.callback is not None:
        _callback_seconds.labels(answered.callback).observe(answered.seconds)
    _look_at_memory()


def _look_at_memory() -> None:
    remembered = memory.figures()
    _held.set(remembered.held)
    _most.set(remembered.most)
    _hits.follow(remembered.hits)
    _misses.follow(remembered.misses)
    for family in _process.collect():  # nothing where there is no /proc
        if family.name == "process_resident_memory_bytes":
            _resident.set(family.samples[0].value)


def _look_at_load() -> None:
    with suppress(*UNAVAILABLE):  # what was known stays, and grows old
        _loaded.set(loaded_at().timestamp())


def _look_at_audit_log() -> None:
    file = current_app.config.get(AUDIT_LOG)
    with suppress(OSError):  # what was known stays: writing to it fails loudly
        _audited.set(file.stat().st_size if file is not None else 0)


@METRICS.get("/metrics")
def collected() -> Response:
    """All figures as text. 404 where no token is set, 401 for who does not bring it."""
    token = current_app.config.get(METRICS_TOKEN)
    if not token:
        abort(404)
    if not _brings(token):
        abort(401)
    _look_at_load()
    _look_at_audit_log()
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _brings(token: str) -> bool:
    given = request.authorization
    presented = given.token if given is not None and given.type == "bearer" else None
    return hmac.compare_digest((presented or "").encode(), token.encode())


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
