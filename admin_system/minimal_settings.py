"""The server without a model at start and without log files: for commands and quick looks."""

from __future__ import annotations

from admin_system.settings import *  # noqa: F403
from admin_system.settings import LOG_FORMAT, env

LOAD_MODEL = False
RUN_JOBS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"admin_system": {"level": env.log_level}},
}
