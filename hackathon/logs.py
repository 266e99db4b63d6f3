"""Log lines that say which request or task they belong to, and nothing personal."""

import logging
import re
from typing import Any

from celery import current_task
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from core.middleware import request_id
from hackathon.secret_paths import SECRET_NAMES, SECRET_PATHS

# Part of an address of e-mail before the "@". Searches start where such a part starts
# (the two assertions in ADDRESS), so that a long line takes no longer than it must.
_ATOM = r"[^\s<>\"'(),:;\[\]{}/\\@]"
ADDRESS = re.compile(
    rf"(?:\"[^\"\n]*\"|(?<!{_ATOM})(?<!{_ATOM}'){_ATOM}+(?:'{_ATOM}+)*)"
    r"(?:@|%40)(?:\[[^\]\s]*\]|[\w.-]+)",
    re.IGNORECASE,
)
_PATHS = "|".join(SECRET_PATHS).replace("/", "/+")  # typed twice, they are no less so
SECRET_PATH = re.compile(rf"(?<![\w-])({_PATHS})(/+\s*)[^/\s\"'?#<>]+", re.IGNORECASE)
SECRET_VALUE = re.compile(
    rf"\b({'|'.join(SECRET_NAMES)})([\"']?\s*[:=]\s*)([\"'])[^\"'\n]*\3"
)
# PostgreSQL adds the values of the row to what it refuses.
ROW = re.compile(r"(Failing row contains |Key \([^\n]{1,200}?\)=)\(.*\)")


def masked(text: str) -> str:
    """The text without addresses and without what works like a password."""
    text = ROW.sub(r"\1([row])", text)
    text = SECRET_PATH.sub(r"\1\2[secret]", text)
    text = SECRET_VALUE.sub(r"\1\2\3[secret]\3", text)
    return ADDRESS.sub("[address]", text)


def all_masked(value: object) -> object:
    """The same for whatever JSON is made of."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {masked(str(name)): all_masked(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [all_masked(part) for part in value]
    return masked(str(value))


class ContextFilter(logging.Filter):
    """Put the ids of the running request and task on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        meta = request.META if isinstance(request, HttpRequest) else {}
        record.request_id = meta.get("REQUEST_ID") or request_id.get()
        record.task_id = current_task.request.id if current_task else None
        return True


class PlainFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Mask the whole of it at last: arguments and traceback are in it."""
        return masked(super().format(record))


class JsonFormatter(BaseJsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}{task_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what says nothing, and Django's request object; mask the rest."""
        return {
            name: all_masked(value)
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
            "plain": {"()": PlainFormatter},
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
            # It has a handler of its own, which would write paths as they are.
            "gunicorn.error": {"handlers": [], "propagate": True},
            # A line per task, every few seconds; what goes wrong is logged elsewhere.
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
