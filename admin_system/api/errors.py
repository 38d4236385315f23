"""Every failure as the caller sees it: the only table from exception to status.

ApiError
├── PathNotFound           no such address
├── MethodNotAllowed       the address has other methods
├── ContentTypeUnsupported the body is of a kind that is not read here
├── EncodingUnsupported    the body is compressed
├── BodyTooLarge           more bytes than `max_body_bytes`
├── BodyTooSlow            fewer bytes than a second should bring
├── TooManySockets         one caller holds as many open as it may
├── ServiceStops           the server ends before the answer is ready
├── RecordNotFound         no such analysis of this caller
└── DeadlinePassed         the answer took too long
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest as DjangoBadRequest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http.multipartparser import MultiPartParserError

from admin_system.api.limits import BODY_GRACE_SECONDS, RETRY_AFTER_SECONDS, SOCKETS_PER_CALLER
from admin_system.api.request_id import get_request_id
from admin_system.core.access import AccessDenied
from admin_system.core.errors import (
    BadRequest,
    CoreError,
    DownloadError,
    EngineFault,
    LoadError,
    ModelNotFound,
    ModelNotReady,
    QueueFull,
    TemplateNotFound,
    TemplateTaken,
    UpstreamError,
)
from admin_system.core.fetching import DownloadNotFound
from admin_system.core.folders import FolderNotAllowed
from admin_system.core.monitoring.faults import faults
from admin_system.core.outages import DatabaseAway, DiskFull, FilesAway, find_outage
from admin_system.core.quotas import QuotaExceeded
from admin_system.core.stored_bytes import StorageFull
from admin_system.core.types import Language
from admin_system.env import get_env
from admin_system.knowledge_base.errors import (
    BadName,
    ChangeRefused,
    DocumentError,
    DocumentGone,
    DocumentTooLarge,
    EntryForbidden,
    EntryNotFound,
    KnowledgeError,
    QuestionSetUnreadable,
    TopicGone,
    TopicMissing,
)
from admin_system.messages import MESSAGES, sentence
from admin_system.vector_search.errors import (
    EmbedderFault,
    EmbedderLoadError,
    PictureNotEmbedded,
    SearchError,
)

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """A code of `messages.py` with the values of its sentence."""

    def __init__(self, code: str, /, *, param: str | None = None, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.param = param
        self.values = values


class PathNotFound(ApiError):
    def __init__(self, path: str) -> None:
        super().__init__("path_not_found", path=path[:200])


class MethodNotAllowed(ApiError):
    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__("method_not_allowed", method=method, path=path, allowed=allowed)
        self.allowed = allowed


class ContentTypeUnsupported(ApiError):
    def __init__(self, given: str, allowed: str) -> None:
        super().__init__("content_type_unsupported", given=given[:100], allowed=allowed)


class EncodingUnsupported(ApiError):
    def __init__(self, given: str) -> None:
        super().__init__("content_encoding_unsupported", given=given[:100])


class BodyTooLarge(ApiError):
    def __init__(self) -> None:
        limit = get_env().max_body_bytes / 2**20
        super().__init__("body_too_large", limit=f"{limit:g}")


class BodyTooSlow(ApiError):
    def __init__(self) -> None:
        super().__init__("body_too_slow", grace=f"{BODY_GRACE_SECONDS:g}")


class TooManySockets(ApiError):
    def __init__(self) -> None:
        super().__init__("too_many_sockets", most=SOCKETS_PER_CALLER)


class ServiceStops(ApiError):
    def __init__(self) -> None:
        super().__init__("service_stops")


class RecordNotFound(ApiError):
    pass


class DeadlinePassed(ApiError):
    def __init__(self, seconds: float) -> None:
        super().__init__("deadline_passed", seconds=f"{seconds:g}")


Coded = CoreError | ApiError | KnowledgeError | SearchError
"""Faults with a code of `messages.py`; all others are ours."""

# The first that fits counts: a kind stands before those that it is one of.
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (BadRequest, 400),
    (BadName, 400),
    (AccessDenied, 401),  # or 403, as it says itself
    (EntryForbidden, 403),
    (ModelNotFound, 404),
    (TemplateNotFound, 404),
    (DownloadNotFound, 404),
    (FolderNotAllowed, 403),
    (PathNotFound, 404),
    (RecordNotFound, 404),
    (EntryNotFound, 404),
    (TopicGone, 404),
    (DocumentGone, 404),
    (MethodNotAllowed, 405),
    (ChangeRefused, 409),
    (TemplateTaken, 409),
    (DownloadError, 400),
    (BodyTooSlow, 408),
    (BodyTooLarge, 413),
    (DocumentTooLarge, 413),
    (StorageFull, 413),
    (DocumentError, 400),
    (QuestionSetUnreadable, 400),
    (TopicMissing, 409),
    (ContentTypeUnsupported, 415),
    (EncodingUnsupported, 415),
    (QueueFull, 429),
    (TooManySockets, 429),
    (QuotaExceeded, 429),
    (EngineFault, 500),
    (PictureNotEmbedded, 400),
    (EmbedderFault, 503),
    (EmbedderLoadError, 503),
    (ModelNotReady, 503),
    (LoadError, 503),
    (UpstreamError, 503),  # or the upstream's own, where it is the caller's affair
    (ServiceStops, 503),
    (DatabaseAway, 503),
    (FilesAway, 503),
    (DiskFull, 507),
    (DeadlinePassed, 504),
)
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "invalid_request_error",
    409: "invalid_request_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    503: "model_not_ready",
    504: "timeout_error",
    507: "server_error",
}
MEANT = frozenset({"engine_stopped", "service_stops"})
"""Codes of failures that somebody wanted: they count as no faults."""
PASSED_ON = {400: 400, 413: 413, 422: 400, 429: 429, 504: 504}
"""Statuses of an upstream that are the caller's affair, and how they are told: FastAPI says 422 of
a field that it does not take."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure in the shape of the wire."""

    status: int
    type: str
    code: str
    message: str
    param: str | None = None
    progress: float | None = None
    """0..1 while the model loads."""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def retry_after(self) -> int | None:
        """Seconds, where it is worth trying again."""
        return int(self.headers["Retry-After"]) if "Retry-After" in self.headers else None

    @property
    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": self.code,
        }
        if self.progress is not None:
            error["progress"] = round(self.progress, 3)
        return {"error": error}


def to_fault(error: BaseException, language: Language) -> Fault:
    """What a caller may know of an exception; our own faults go to the log with their id."""
    error = to_coded(error)
    request_id = get_request_id()
    if not isinstance(error, Coded):
        faults.add()
        logger.error("request %s failed", request_id, exc_info=error)
        message = sentence("server_fault", language, request_id=request_id)
        return Fault(500, "server_error", "server_fault", message)
    status = find_status(error)
    # Not being ready is a state, which the model's own log tells once.
    if status >= 500 and not isinstance(error, ModelNotReady):
        if error.code not in MEANT:
            faults.add()
        logger.warning("request %s: %s %s", request_id, error.code, error.__cause__ or error.values)
    progress = error.progress if isinstance(error, ModelNotReady) else None
    param = getattr(error, "param", None)
    values = {"request_id": request_id, "param": param, **error.values}
    if isinstance(error, ModelNotReady) and "reason_values" in values:
        values["reason"] = to_reason(values, language)
    return Fault(
        status,
        TYPES[status],
        find_code(error, status),
        sentence(error.code, language, **values),
        param,
        progress,
        find_headers(error, status),
    )


def to_reason(values: dict[str, object], language: Language) -> str:
    """The sentence inside a sentence: why a model failed."""
    inner = values["reason_values"]
    return sentence(str(values["reason"]), language, **(inner if isinstance(inner, dict) else {}))


def to_coded(error: BaseException) -> BaseException:
    """Django's own exceptions, and what the machine lacks, as ours."""
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge()
    if isinstance(error, SuspiciousOperation | DjangoBadRequest | MultiPartParserError):
        return BadRequest("request_malformed")
    return find_outage(error) or error


def find_status(error: Coded) -> int:
    """500 for what no caller can help, such as a damaged index."""
    if isinstance(error, AccessDenied):
        return error.status
    if isinstance(error, UpstreamError) and error.status in PASSED_ON:
        return PASSED_ON[error.status]
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def find_code(error: Coded, status: int) -> str:
    """An upstream's own, where it is the caller's affair and the code is one of ours."""
    told = error.told if isinstance(error, UpstreamError) else ""
    return told if status in PASSED_ON and told in MESSAGES else error.code


def find_headers(error: Coded, status: int) -> dict[str, str]:
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allowed
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in {429, 503}:
        headers["Retry-After"] = str(getattr(error, "retry_after", None) or RETRY_AFTER_SECONDS)
    return headers
