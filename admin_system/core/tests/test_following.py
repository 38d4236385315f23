"""What a web process does when the owner of the models goes, comes, fails or switches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_system.core.errors import LoadError
from admin_system.core.following import Follower
from admin_system.core.model_owner import ModelOwner, OwnerGone
from admin_system.core.service import ModelService
from admin_system.core.types import EngineSpec, ServiceState, ServiceStatus

WAIT = 10.0
pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ModelService]:
    service = ModelService(tmp_path / "model.lock")
    yield service
    service.close()


@pytest.fixture
def follower(service: ModelService) -> Follower:
    nobody = ModelOwner("http://127.0.0.1:9")  # nothing listens there
    return Follower(nobody, service, lambda name: EngineSpec(name, "echo"))


def told(state: str, name: str, serving: str | None = None) -> dict[str, object]:
    """As /api/status of the owner has it."""
    error = {"code": "x", "message": "no room"} if state == "failed" else None
    return {"state": state, "name": name, "serving": serving, "error": error}


def after(follower: Follower, service: ModelService, model: dict[str, object]) -> ServiceStatus:
    follower.follow(model)
    return service.wait(WAIT)


def test_it_does_as_the_owner_does(follower: Follower, service: ModelService) -> None:
    assert after(follower, service, told("unloaded", "")).state is ServiceState.UNLOADED
    assert after(follower, service, told("ready", "a", "a")).serving == "a"
    first = service.status().loaded_at
    assert after(follower, service, told("ready", "a", "a")).loaded_at == first, "nothing to do"
    assert after(follower, service, told("loading", "b", "a")).serving == "b"
    # The owner could not load it, and goes on with the one before.
    assert after(follower, service, told("ready", "a", "a")).serving == "a"
    failed = after(follower, service, told("failed", "c"))
    assert (failed.state, failed.serving) == (ServiceState.FAILED, None)
    assert failed.error == ("upstream_failed", {"reason": "no room"})
    assert after(follower, service, told("failed", "c")) == failed
    assert after(follower, service, told("ready", "a", "a")).state is ServiceState.READY
    gone = after(follower, service, told("unloaded", "a"))
    assert (gone.state, gone.error) == (ServiceState.UNLOADED, None)


def test_an_owner_that_is_not_there_is_told_of(follower: Follower) -> None:
    with pytest.raises(OwnerGone):
        follower.owner.look()
    with pytest.raises(LoadError, match="upstream_unreachable"):
        follower.order(follower.owner.unload)
