"""The registry of engines: how each kind of model configuration is run."""

from __future__ import annotations

from admin_system.core.engines.base import Engine
from admin_system.core.types import EngineSpec


def create_engine(spec: EngineSpec) -> Engine:
    """Not loaded yet. Each engine's room is only entered when it is asked for."""
    if spec.kind == "local":
        from admin_system.core.engines.local.engine import LocalEngine

        return LocalEngine(spec)
    if spec.kind == "remote":
        from admin_system.core.engines.remote.engine import RemoteEngine

        return RemoteEngine(spec)
    from admin_system.core.engines.echo import EchoEngine

    return EchoEngine(spec)
