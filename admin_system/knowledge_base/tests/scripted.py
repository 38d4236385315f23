"""A model elsewhere that answers as a test says, reached through the remote engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from admin_system.core.service import ModelService
from admin_system.core.tests.engines.upstream import KEY, Send, Upstream, running_upstream
from admin_system.core.types import ChatRequest, EngineSpec, Message

Script = Callable[[str], str]
"""The last turn, as the model is shown it, to its answer."""


class ScriptedUpstream(Upstream):
    """The echo of what the script says."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.script = script

    async def stream(self, request: ChatRequest, asked: str, send: Send) -> None:
        said = Message.of_text("user", self.script(asked))
        await super().stream(replace(request, messages=(said,)), asked, send)

    @property
    def prompts(self) -> list[str]:
        """The last turns it was shown, without that of the load."""
        return [body["messages"][-1]["content"] for body in self.bodies[1:]]


@contextmanager
def scripted_model(
    folder: Path, script: Script, context_length: int = 8_192
) -> Iterator[tuple[ModelService, ScriptedUpstream]]:
    upstream = ScriptedUpstream(lambda _: "ready")
    upstream.card["max_model_len"] = context_length
    upstream.engine.spec = replace(upstream.engine.spec, context_length=context_length)
    service = ModelService(folder / "model.lock")
    with running_upstream(upstream) as (_, url):
        service.load(
            EngineSpec(
                "scripted", "remote", upstream_url=url, upstream_model="model-a", upstream_key=KEY
            )
        )
        assert service.wait().serving == "scripted"
        upstream.script = script
        yield service, upstream
        service.close()
