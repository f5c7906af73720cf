"""Figures in Prometheus' text format: requests, counted in every process, and gauges read from the database.

Several web processes on one machine count into files of one folder, which `webshop serve` makes and names in
`PROMETHEUS_MULTIPROC_DIR`; whichever process is asked adds them up. Endpoints are named by their function, never by
their address, so that no person or document stands in a label (P-8).
"""

import os
import time
from collections.abc import Callable, Iterable

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"

Gauges = Callable[[], Iterable[Metric]]
"""What the database says now."""

REQUESTS = Counter("webshop_requests", "Answered requests.", ["method", "endpoint", "status"])
STEPS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SECONDS = Histogram("webshop_request_seconds", "Time until the answer was ready.", ["endpoint"], buckets=STEPS)


def watch_requests(app: Flask) -> None:
    """Count and time every request."""

    @app.before_request
    def begin() -> None:
        g.metrics_begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
        REQUESTS.labels(method, endpoint, str(response.status_code)).inc()
        if "metrics_begun" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.metrics_begun)
        return response


def text(gauges: Gauges) -> bytes:
    """Everything, as Prometheus reads it."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # has no types
    else:
        registry.register(REGISTRY)
    registry.register(_Once(gauges))
    return generate_latest(registry)


class _Once(Collector):
    """Hands over gauges that were read for this answer."""

    def __init__(self, gauges: Gauges) -> None:
        self.gauges = gauges

    def collect(self) -> Iterable[Metric]:
        return self.gauges()

    def describe(self) -> Iterable[Metric]:
        return []
