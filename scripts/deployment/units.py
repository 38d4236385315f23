"""The units of systemd: one process, or one that owns the models and several for the web."""

from __future__ import annotations

from scripts.deployment.plan import Plan
from scripts.deployment.servers import write_words

UNIT = """\
[Unit]
Description={title}
After=network-online.target{after}
Wants=network-online.target{after}

[Service]
Type=simple
User={user}
WorkingDirectory={root}
# Of other programs, such as AWS_ACCESS_KEY_ID; ours stand in .env.
EnvironmentFile=-/etc/qwen-vl.env
Environment=PYTHONUTF8=1{settings}
ExecStart="{python}" {words}
Restart=always
RestartSec=5
# Streams are told and documents given back before the process is ended.
TimeoutStopSec=20
KillSignal=SIGTERM
NoNewPrivileges=true
ProtectSystem=full
PrivateTmp=true

[Install]
WantedBy=multi-user.target
"""
MODELS, WEB = "qwen-vl-models", "qwen-vl-web"


WAITING = 32
"""Requests that each web process may let wait at the owner, as QWEN_VL_MAX_WAITING has it."""


def owner_settings(web: int) -> dict[str, str]:
    """Of the process that owns the models: only this machine asks it, and it counts nothing."""
    return {
        "QWEN_VL_MAX_WAITING": str(WAITING * web),
        "QWEN_VL_ACCESS": "loopback",
        "QWEN_VL_PAGES": "false",
        "QWEN_VL_RUN_JOBS": "false",
        "QWEN_VL_COUNT_USAGE": "false",
        "QWEN_VL_REDIS_URL": "",
        "QWEN_VL_LOG_FILE": "models.log",
    }


def web_settings(owner_port: int, name: object) -> dict[str, str]:
    """Of a web process; `name` tells its log from those of the others."""
    return {
        "QWEN_VL_MODEL_SERVER": f"http://127.0.0.1:{owner_port}",
        "QWEN_VL_LOG_FILE": f"web-{name}.log",
    }


def write_units(plan: Plan) -> dict[str, str]:
    if plan.web == 1:
        return {"qwen-vl.service": write_unit(plan, "Qwen-VL service", "", plan.port, {})}
    return write_several(plan)


def write_several(plan: Plan) -> dict[str, str]:
    """The owner's unit, and a template of which each web process is an instance, by its port."""
    return {
        f"{MODELS}.service": write_unit(
            plan, "Models of the Qwen-VL service", "", plan.port, owner_settings(plan.web)
        ),
        f"{WEB}@.service": write_unit(
            plan,
            "Qwen-VL service, web process on port %i",
            f"{MODELS}.service redis-server.service",
            "%i",
            web_settings(plan.port, "%i"),
        ),
    }


def write_unit(
    plan: Plan, title: str, after: str, port: int | str, settings: dict[str, str]
) -> str:
    return UNIT.format(
        title=title,
        after=after and f" {after}",
        user=plan.user,
        root=plan.root,
        python=plan.python,
        settings="".join(f"\nEnvironment={name}={value}" for name, value in settings.items()),
        words=" ".join(write_words(plan.server, port, plan.body_megabytes)),
    )


def units_of(plan: Plan) -> tuple[str, ...]:
    """What is enabled."""
    if plan.web == 1:
        return ("qwen-vl",)
    return (MODELS, *(f"{WEB}@{port}" for port in plan.web_ports))
