"""What can go wrong in the model service, as codes and values; sentences are in `messages.py`.

CoreError
├── BadRequest             the caller's fault
│   ├── BadPicture         not a picture, too large, broken base64 …
│   ├── BadTemplate        the text of a prompt template cannot be used
│   └── ContextTooLong     the conversation does not fit the model
├── ModelNotFound          no configuration of that name
├── TemplateNotFound       no prompt template of that name, or no such version
├── TemplateTaken          another prompt template has the name
├── ModelNotReady          unloaded, loading, failed, or another one is loaded
├── QueueFull              too many requests wait
├── StorageFull            the owner keeps as much as it may (`stored_bytes.py`)
├── DownloadError          a model could not be fetched from its site
├── LoadError              a model could not be loaded
├── ModelOwnedElsewhere    another process holds the model
├── UpstreamError          a remote engine answered with an error
└── EngineFault            a fault of ours while generating
"""

from __future__ import annotations


class CoreError(Exception):
    """A code of `messages.py` with the values of its sentence."""

    def __init__(self, code: str, /, *, param: str | None = None, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.param = param
        """The field of the request that is at fault, as the caller wrote it."""
        self.values = values


class BadRequest(CoreError):
    """The request cannot be served as it stands."""


class BadPicture(BadRequest):
    """What was sent as a picture cannot be read as one."""


class ContextTooLong(BadRequest):
    """The prompt and the room for an answer exceed the model's context length."""

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__("context_length_exceeded", param="messages", tokens=tokens, limit=limit)


class BadTemplate(BadRequest):
    """What is wrong stands in the code; nothing of it was kept."""

    def __init__(self, code: str, /, *, param: str = "text", **values: object) -> None:
        super().__init__(code, param=param, **values)


class TemplateNotFound(CoreError):
    def __init__(self, slug: str, param: str) -> None:
        super().__init__("template_not_found", param=param, template=slug[:80])


class TemplateTaken(CoreError):
    def __init__(self, slug: str) -> None:
        super().__init__("template_name_taken", param="slug", template=slug[:80])


class ModelNotFound(CoreError):
    def __init__(self, name: str) -> None:
        super().__init__("model_not_found", param="model", model=name)


class ModelNotReady(CoreError):
    """`progress` is 0..1 while loading; `retry_after` is in seconds."""

    def __init__(
        self,
        code: str,
        /,
        *,
        progress: float | None = None,
        retry_after: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, param=None, **values)
        self.progress = progress
        self.retry_after = retry_after


class QueueFull(CoreError):
    def __init__(self, waiting: int, retry_after: int, code: str = "queue_full") -> None:
        super().__init__(code, waiting=waiting)
        self.retry_after = retry_after


class DownloadError(CoreError):
    """What was fetched so far is kept, but for files that are wrong."""


class LoadError(CoreError):
    """The reason stands in the code; the service goes on without this model."""


class ModelOwnedElsewhere(LoadError):
    def __init__(self, pid: int) -> None:
        super().__init__("model_owned_elsewhere", pid=pid)


class UpstreamError(CoreError):
    """`status` is the upstream's own, None when it could not be reached; `told` is the code that it
    names, empty where it names none."""

    def __init__(
        self,
        code: str,
        /,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(code, param=None, **values)
        self.told = ""
        self.status = status
        self.retry_after = retry_after


class EngineFault(CoreError):
    """Details stand in the log under the request's id."""
