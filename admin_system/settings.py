"""Plain Django settings of the server; what a deployer may change comes from `env.py`."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from logging import LogRecord
from pathlib import Path
from typing import Any

from admin_system.databases import to_database
from admin_system.env import get_env
from admin_system.file_places import files_dir, to_storages
from admin_system.management.appearance import UNFOLD as UNFOLD
from admin_system.secret_key import read_secret_key

env = get_env()
PACKAGE_DIR = Path(__file__).resolve().parent

env.data_dir.mkdir(parents=True, exist_ok=True)
with suppress(OSError):  # without it lines are lost, which `SteadyLogFile` says
    env.log_dir.mkdir(parents=True, exist_ok=True)

DEBUG: bool = env.debug
SECRET_KEY: str = env.secret_key or read_secret_key(env.data_dir / "secret_key")
ALLOWED_HOSTS: list[str] = env.allowed_hosts
CSRF_TRUSTED_ORIGINS: list[str] = env.trusted_origins

LOAD_MODEL: bool = env.load_model
"""Whether `catalog.start` loads the current model."""

RUN_JOBS: bool = env.run_jobs
"""Whether `knowledge_base.background.start` starts a worker."""

MONITOR = True
"""Whether a server keeps the history of its figures."""

INSTALLED_APPS: list[str] = [
    "admin_system.management",  # first: its templates go before unfold's
    "admin_system.api",
    "admin_system.core",
    "admin_system.knowledge_base",
    "admin_system.vector_search",
    "unfold.apps.BasicAppConfig",
    "admin_system.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",  # counts wrong passwords
    "django_otp",
    "django_otp.plugins.otp_totp",  # codes of an app on a phone
    "django_otp.plugins.otp_static",  # codes on paper
    "servestatic",
    "django.contrib.staticfiles",
    "channels",
    "ninja",  # brings Swagger's files along, so that /api/docs needs no internet
]

# Every one of these can run on the event loop: a single one that cannot would keep a client's
# going away from cancelling its generation (a test proves it).
MIDDLEWARE: list[str] = [
    "admin_system.api.middleware.answer_programs",  # first: it sees the answer of every other
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "admin_system.management.first_visit.first_visit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "admin_system.management.content_security.content_security_policy",
]

ROOT_URLCONF = "admin_system.urls"
ASGI_APPLICATION = "admin_system.asgi.application"
WSGI_APPLICATION = "admin_system.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {"default": to_database(env)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}

AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS: list[str] = [
    "axes.backends.AxesStandaloneBackend",  # first: who is locked out is not asked any further
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS: list[list[str]] = [["username", "ip_address"]]
"""Nobody can lock somebody else out from another computer."""
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "admin_system.core.audit.address_of"
AXES_DISABLE_ACCESS_LOG = True
"""Who logs in stands in our own audit."""
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS: list[str] = [
    "axes.W002",  # its middleware would answer in place of our login page, which says who is locked
    "security.W005",  # HSTS for subdomains, and
    "security.W021",  # for browsers' own lists: a name may have neighbours that are not ours
    "security.W008",  # from HTTP to HTTPS leads the proxy
]
OTP_TOTP_ISSUER = "Qwen-VL-Chat Service"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.https
SECURE_SSL_REDIRECT = False
"""The proxy's work: programs on this machine speak plain HTTP to the server."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.https else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if env.https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE: int = env.max_body_bytes

LANGUAGE_CODE: str = env.language
LANGUAGES: list[tuple[str, str]] = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS: list[Path] = [PACKAGE_DIR / "locale"]
TIME_ZONE: str = env.time_zone
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT: Path = env.data_dir / "static"
SERVESTATIC_USE_FINDERS = True
"""Files are served from where they lie, so that no server needs collectstatic first."""
MEDIA_URL = "/media/"
MEDIA_ROOT: Path = files_dir(env) / "media"
STORAGES: dict[str, dict[str, Any]] = to_storages(env)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def rotating_file(name: str) -> dict[str, Any]:
    """A log file that keeps five former ones of 10 MB."""
    return {
        "class": "admin_system.log_files.SteadyLogFile",
        "filename": env.log_dir / name,
        "maxBytes": 10 * 1024 * 1024,
        "backupCount": 5,
        "encoding": "utf-8",
        "delay": True,
        "formatter": "line",
    }


def is_fault(record: LogRecord) -> bool:
    """A model that is not ready is no fault of the request that hears so."""
    return getattr(record, "status_code", None) != 503


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"faults": {"()": "django.utils.log.CallbackFilter", "callback": is_fault}},
    "formatters": {"line": {"format": LOG_FORMAT}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "file": rotating_file(env.log_file),
        "model_file": rotating_file("model_startup.log"),
    },
    "root": {"handlers": ["console", "file"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        # What callers do wrong is told, with its number, by `api.middleware`.
        "django.request": {"level": "ERROR", "filters": ["faults"]},
        "admin_system": {"level": env.log_level},
        # The life of the model: from the check of its folder to its first answer.
        "admin_system.core.service": {"handlers": ["model_file"]},
        "admin_system.core.catalog": {"handlers": ["model_file"]},
        "admin_system.core.checkpoints": {"handlers": ["model_file"]},
        "admin_system.core.engines": {"handlers": ["model_file"]},
    },
}
