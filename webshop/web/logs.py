"""Logging is for us: JSON lines with a request id, no names or addresses (S-37, P-8)."""

import logging
import sys

import structlog
from flask import Flask, g, has_request_context


def _request(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if has_request_context() and "request_id" in g:
        event["request"] = g.request_id
    return event


def configure_logs(level: int = logging.INFO) -> None:
    """Send everything as JSON lines to standard error; may be called again."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _request,
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def init_logs(app: Flask) -> None:
    """Give every request an id before anything is logged."""
    if not app.testing:
        configure_logs()
