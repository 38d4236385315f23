"""Model configurations and the model service: which rows there are, and which one is loaded."""

from __future__ import annotations

import atexit
import logging
import threading
from functools import lru_cache, partial
from typing import cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import Q

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.errors import CoreError, LoadError, ModelNotFound, ModelNotReady
from admin_system.core.events import record_in_thread
from admin_system.core.following import Follower, spec_at_owner
from admin_system.core.model_owner import ModelOwner
from admin_system.core.models import ModelConfig
from admin_system.core.service import ModelService
from admin_system.core.types import (
    EngineKind,
    EngineSpec,
    Int4Backend,
    ModelInfo,
    Precision,
    Sampling,
    ServiceStatus,
)
from admin_system.core.upstream_lines import read_addresses
from admin_system.core.usage import charge
from admin_system.env import get_env

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def get_service() -> ModelService:
    """The one of this process; nothing is loaded by asking for it."""
    env = get_env()
    service = ModelService(
        env.data_dir / "model.lock",
        # What becomes of a model is told by the process that owns it.
        on_event=ignore if env.model_server else record_in_thread,
        on_end=charge if env.count_usage else ignore,
    )
    atexit.register(service.close)
    return service


@lru_cache(maxsize=1)
def get_follower() -> Follower | None:
    """None where models are loaded in this process."""
    env = get_env()
    if not env.model_server:
        return None
    owner = ModelOwner(env.model_server, env.model_server_key)
    return Follower(owner, get_service(), lambda name: spec_of(get_config(name)))


def ignore(*told: object) -> None:
    """Another process writes it down."""


def start() -> None:
    """Begins to load the active model, or to follow the process that does, and returns; for the
    start of a server."""
    if (follower := get_follower()) is not None:
        follower.start()
    elif settings.LOAD_MODEL:
        # Of its own, since a server may start us on its event loop, where Django keeps the
        # database shut.
        threading.Thread(target=_load_active, name="model-start", daemon=True).start()


def ask_elsewhere() -> None:
    """As `start`, for a process that owns no model: only where the active one runs elsewhere."""
    if (follower := get_follower()) is not None:
        follower.start()
    else:
        _load_active(only=ModelConfig.Kind.REMOTE)


def _load_active(only: str | None = None) -> None:
    service, name = get_service(), get_env().model
    try:
        row = _active_config()
        name = row.name
        if only in (None, row.kind):
            _begin_load(row)
    except CoreError as error:
        logger.error("no model is loaded: %s %s", error.code, error.values)
        service.fail(name, error)
        reason = {"reason": error.code, "reason_values": error.values}
        record_in_thread("event_model_failed", {"model": name, **reason})
    except DatabaseError:
        logger.exception("no model is loaded: the database cannot be read")
        service.fail(name, LoadError("configurations_unreadable"))
    finally:
        connections.close_all()


def list_configs() -> list[ModelConfig]:
    """The current one first, then by name."""
    return list(ModelConfig.objects.all())


def get_config(name: str) -> ModelConfig:
    """By name or alias. Raises ModelNotFound."""
    row = ModelConfig.objects.filter(Q(name=name) | Q(alias=name)).first() if name else None
    if row is None:
        raise ModelNotFound(name)
    return row


def active_spec() -> EngineSpec:
    """Of the model named in the environment, else of the current one.

    Raises ModelNotFound, ModelNotReady.
    """
    return spec_of(_active_config())


def spec_of(row: ModelConfig) -> EngineSpec:
    """Of a model that another process of this machine owns, how it is asked there."""
    env = get_env()
    owner, key = env.model_server, env.model_server_key
    if owner and row.kind != ModelConfig.Kind.REMOTE:
        invents = row.demo or row.kind == ModelConfig.Kind.ECHO
        return spec_at_owner(owner, key, row.name, demo=invents, max_waiting=env.max_waiting)
    path = row.path
    if row.kind == ModelConfig.Kind.LOCAL and row.demo and not path:
        path = str(MINIATURE)
    return EngineSpec(
        name=row.name,
        kind=cast("EngineKind", row.kind),
        path=path,
        precision=cast("Precision", row.precision),
        device=row.device,
        visual_device=row.visual_device,
        int4_backend=cast("Int4Backend", row.int4_backend),
        context_length=row.context_length,
        max_batch=row.max_batch,
        max_waiting=get_env().max_waiting,
        min_pixels=row.min_pixels,
        max_pixels=row.max_pixels,
        defaults=Sampling(
            temperature=row.temperature,
            top_p=row.top_p,
            top_k=row.top_k,
            max_tokens=row.max_tokens,
        ),
        upstream_url=row.upstream_url,
        upstream_model=row.upstream_model,
        upstream_key=row.upstream_key,
        further_upstreams=read_addresses(row.further_upstreams, row.further_keys),
        upstream_is_ours=row.upstream_is_ours,
        upstream_follows=bool(owner),
        family=row.family if row.kind == ModelConfig.Kind.REMOTE else "",
        threads=get_env().threads,
        decode_steps=get_env().decode_steps,
        demo=row.demo,
    )


def load(name: str) -> ServiceStatus:
    """Begins to load; the current model stays the current one.

    Raises ModelNotFound, ModelNotReady("model_busy").
    """
    return _begin_load(get_config(name))


def activate(name: str) -> ServiceStatus:
    """Begins to load; once it has answered it is the current model.

    Raises ModelNotFound, ModelNotReady("model_busy").
    """
    return _begin_load(get_config(name), make_current=True)


def reload(name: str | None = None) -> ServiceStatus:
    """As `load`; without a name what is loaded now, else the active one."""
    name = name or get_service().status().model
    return _begin_load(get_config(name) if name else _active_config())


def unload() -> ServiceStatus:
    """Begins to unload; a load that runs is cancelled. Raises LoadError where it is not ours."""
    if (follower := get_follower()) is not None:
        return follower.order(follower.owner.unload)
    get_service().unload()
    return get_service().status()


def cancel() -> ServiceStatus:
    """Ends a load that runs; what serves goes on serving. Raises LoadError where it is not ours."""
    if (follower := get_follower()) is not None:
        return follower.order(follower.owner.cancel)
    get_service().cancel()
    return get_service().status()


aload = sync_to_async(load)
aactivate = sync_to_async(activate)
areload = sync_to_async(reload)
aunload = sync_to_async(unload)
aget_config = sync_to_async(get_config)
alist_configs = sync_to_async(list_configs)


def _active_config() -> ModelConfig:
    if name := get_env().model:
        return get_config(name)
    row = ModelConfig.objects.filter(is_current=True).first()
    if row is None:
        raise ModelNotReady("no_current_model")
    return row


def _begin_load(row: ModelConfig, *, make_current: bool = False) -> ServiceStatus:
    if (follower := get_follower()) is not None:
        wish = partial(follower.owner.load, row.name, make_current=make_current)
        return follower.order(wish)
    service, key = get_service(), row.pk

    def write_down(info: ModelInfo) -> None:
        try:
            _write_down(key, info, make_current=make_current)
        finally:
            connections.close_all()  # the loading thread ends

    service.load(spec_of(row), on_ready=write_down)
    return service.status()


def _write_down(key: int, info: ModelInfo, *, make_current: bool) -> None:
    with transaction.atomic():
        rows = ModelConfig.objects.filter(pk=key)
        rows.update(family=info.family, quantization=info.quantization)
        if make_current and rows.exists():
            ModelConfig.objects.exclude(pk=key).update(is_current=False)
            rows.update(is_current=True)
