"""Log lines that say which request or task they belong to."""

import logging
from typing import Any

from celery import current_task
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from core.middleware import request_id


class ContextFilter(logging.Filter):
    """Put the ids of the running request and task on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        meta = request.META if isinstance(request, HttpRequest) else {}
        record.request_id = meta.get("REQUEST_ID") or request_id.get()
        record.task_id = current_task.request.id if current_task else None
        return True


class JsonFormatter(BaseJsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}{task_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what says nothing, and Django's request object."""
        return {
            name: value
            for name, value in log_data.items()
            if value is not None and name != "request"
        }


def config(level: str, *, as_json: bool) -> dict[str, Any]:
    """Everything to the console: JSON for machines, plain lines for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {
            "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["context"],
                "formatter": "json" if as_json else "plain",
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # Scanners try every name; they get a 400 and no line.
            "django.security.DisallowedHost": {"handlers": [], "propagate": False},
            "django.server": {"handlers": [], "propagate": True},
            # A line per task, every few seconds; what goes wrong is logged elsewhere.
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
