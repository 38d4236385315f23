"""What `start_service.py` can start: everything, the site without a model, the API with one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mode:
    port: int
    """Where it listens unless told otherwise."""
    settings: dict[str, str] = field(default_factory=dict)
    """Environment of its server, as `admin_system/env.py` reads it."""


MODES = {
    "all": Mode(8000),
    "django": Mode(8000, {"QWEN_VL_LOAD_MODEL": "false"}),
    "gpu": Mode(
        8001,
        {
            "QWEN_VL_PAGES": "false",
            "QWEN_VL_RUN_JOBS": "false",
            "QWEN_VL_LOG_FILE": "gpu_server.log",
        },
    ),
}


def settings_of(mode: str, *, model: bool, engine: bool, dev: bool) -> dict[str, str]:
    """Environment of the server. `model`: one was named and is the current one by now; `engine`:
    the site asks the service that `preparation` has written down under ENGINE."""
    settings = dict(MODES[mode].settings)
    if model:
        settings["QWEN_VL_MODEL"] = ""  # what the environment says would hide the current one
    if engine:
        settings |= {"QWEN_VL_LOAD_MODEL": "true", "QWEN_VL_MODEL": ENGINE}
    if dev:
        settings |= {"QWEN_VL_DEBUG": "true", "QWEN_VL_LOG_LEVEL": "DEBUG"}
    return settings


ENGINE = "engine"
"""Name of the configuration that `--engine` makes; it is never the current one, since the service
there may share this database."""
