"""The engine in this process: a checkpoint run by torch, on one thread of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from admin_system.core.checkpoints.checkpoint import (
    context_length_of,
    inspect_checkpoint,
)
from admin_system.core.engines.admission import Place
from admin_system.core.engines.base import Engine, Report
from admin_system.core.engines.local.choice import (
    Choice,
    read_choice,
    read_longest_answer,
    settle_choice,
)
from admin_system.core.engines.local.grammar import Grammar, Grammars
from admin_system.core.engines.local.job import Job
from admin_system.core.engines.local.parallel_sampling import join_endings, make_jobs
from admin_system.core.errors import BadRequest, CoreError, EngineFault, LoadError
from admin_system.core.families.base import Family
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    EngineStats,
    LoadProgress,
    ModelInfo,
    PixelBudget,
)

if TYPE_CHECKING:
    from admin_system.core.engines.local.network import Network
    from admin_system.core.engines.local.opening import Opening
    from admin_system.core.engines.local.placement import Placement
    from admin_system.core.engines.local.prompt import Preparation, Prompt
    from admin_system.core.engines.local.worker import Worker

logger = logging.getLogger(__name__)

PREPARATION_THREADS = 2
READ_FROM, READ_TO = 0.05, 0.97
"""The share of a load, 0..1, in which the weights are read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What lives from a load to its unload."""

    context_length: int
    longest_answer: int
    """Tokens, where neither the request nor the configuration says."""
    choice: Choice
    preparation: Preparation
    grammars: Grammars
    worker: Worker
    pool: ThreadPoolExecutor


class LocalEngine(Engine):
    """Many requests at once, `spec.max_batch` of them."""

    honours = frozenset(
        {
            "n",
            "logprobs",
            "min_p",
            "repetition_penalty",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias",
            "response_format",
            "tools",
        }
    )

    def __init__(self, spec: EngineSpec, *, chunk: int | None = None, reuse: bool = True) -> None:
        """`chunk` fixes how many tokens of prompts are read at a time; None learns it. `reuse`
        False computes everything anew, for comparison."""
        super().__init__(spec)
        self._chunk = chunk
        self._reuse = reuse
        self._loaded: Loaded | None = None
        self._family: Family | None = None
        self._pixels: PixelBudget | None = None
        self._weight_bytes: int | None = None

    def load(self, report: Report) -> ModelInfo:
        self.unload()
        try:
            return self._load(report)
        except CoreError:
            raise
        except Exception as error:
            logger.exception("the checkpoint of %s cannot be loaded", self.spec.name)
            raise LoadError("load_fault", kind=type(error).__name__) from error

    def _load(self, report: Report) -> ModelInfo:
        report(LoadProgress("stage_checking", 0.0))
        checkpoint = inspect_checkpoint(self.spec.path, self.spec.int4_backend)
        report(LoadProgress("stage_starting", 0.02))
        from admin_system.core.engines.local.budget import Budget
        from admin_system.core.engines.local.loop import Loop
        from admin_system.core.engines.local.network import give_memory_back
        from admin_system.core.engines.local.opening import open_checkpoint
        from admin_system.core.engines.local.placement import choose_placement
        from admin_system.core.engines.local.planner import share_memory
        from admin_system.core.engines.local.row_table import RowTable
        from admin_system.core.engines.local.worker import Worker

        placement = choose_placement(self.spec, checkpoint)
        context_length = context_length_of(self.spec, checkpoint)
        opening = open_checkpoint(self.spec, checkpoint, context_length)
        devices = (placement.device, placement.visual_device)

        def open_loop(network: Network) -> Loop:
            self._weight_bytes = network.weight_bytes()
            give_memory_back(*devices)  # what the load took on its way
            plan = share_memory(
                network,
                opening.preparation,
                placement,
                rows=self.spec.max_batch,
                context=context_length,
            )
            self.slots = self._admission.slots = plan.rows
            return Loop(
                network,
                RowTable(plan.rows, reuse=self._reuse),
                opening.decoder,
                opening.end_ids,
                self._meter,
                Budget(self._chunk),
                relieve=lambda: give_memory_back(*devices),
                row_bytes=plan.bytes,
            )

        worker = Worker(
            lambda: self._open_network(opening, placement, checkpoint.bytes, report),
            open_loop,
            devices,
            self._tell_failure,
        )
        warnings = worker.start()
        self._family = opening.family
        self._pixels = opening.preparation.budget
        context_length = opening.preparation.context_length
        self._loaded = Loaded(
            context_length=context_length,
            longest_answer=read_longest_answer(checkpoint.generation) or context_length,
            choice=read_choice(checkpoint.generation),
            preparation=opening.preparation,
            grammars=opening.grammars,
            worker=worker,
            pool=ThreadPoolExecutor(PREPARATION_THREADS, thread_name_prefix="preparation"),
        )
        return ModelInfo(
            family=opening.family.name,
            quantization=checkpoint.quantization,
            precision=placement.precision,
            device=placement.device,
            context_length=context_length,
            parameters=checkpoint.sizes.parameters,
            weight_bytes=self._weight_bytes,
            warnings=warnings,
            pixels=self.pixel_budget,
        )

    def _open_network(
        self, opening: Opening, placement: Placement, total: int, report: Report
    ) -> Network:
        """On the worker's thread; `total` is in bytes."""
        if self.spec.threads:
            import torch

            torch.set_num_threads(self.spec.threads)

        def tell(done: int, total: int) -> None:
            share = READ_FROM + (READ_TO - READ_FROM) * done / max(total, 1)
            report(LoadProgress("stage_reading_weights", share, done, total))

        tell(0, total)
        network = opening.open_network(placement, tell)
        report(LoadProgress("stage_preparing", READ_TO, total, total))
        return network

    def position(self, request_id: str) -> int | None:
        loaded = self._loaded
        return loaded.worker.position(request_id) if loaded is not None else None

    def stats(self) -> EngineStats:
        loaded = self._loaded
        if loaded is None:
            return super().stats()
        worker = loaded.worker
        return replace(super().stats(), cache=worker.cache_stats(), decode=worker.decode_stats())

    def _tell_failure(self) -> None:
        if self.on_failure is not None:
            self.on_failure()

    def unload(self) -> None:
        loaded, self._loaded = self._loaded, None
        if loaded is not None:
            loaded.worker.stop()
            # what waits there is told so by itself; a future that is cancelled would look like
            # the cancellation of the task that waits for it
            loaded.pool.shutdown(wait=False)

    @property
    def family(self) -> Family:
        """Stays known after an unload: an answer that just ended may still hold boxes."""
        if self._family is None:
            raise EngineFault("engine_stopped")
        return self._family

    @property
    def pixel_budget(self) -> PixelBudget:
        """What the memory and the context leave of the family's."""
        return self._pixels or super().pixel_budget

    async def submit(self, request: ChatRequest) -> AsyncGenerator[Delta | End]:
        with self._admission.enter() as place:
            loaded = self._loaded
            if loaded is None:
                raise EngineFault("engine_stopped")
            self.refuse_wishes(request)
            prompt, grammar = await self._prepare(loaded, request)
            jobs = make_jobs(self._make_job(loaded, request, prompt, grammar, place), request)
            place.parts = len(jobs)
            for job in jobs:
                loaded.worker.post(job)
            endings: dict[int, End] = {}
            try:
                while len(endings) < len(jobs):
                    item = await jobs[0].channel.get()
                    if isinstance(item, Delta):
                        yield item
                    else:
                        endings[item.number] = item
                yield join_endings([endings[job.number] for job in jobs])
            finally:
                jobs[0].gone.set()

    async def _prepare(self, loaded: Loaded, request: ChatRequest) -> tuple[Prompt, Grammar | None]:
        """Raises BadRequest."""

        def prepare() -> tuple[Prompt, Grammar | None]:
            if self._loaded is not loaded:
                raise EngineFault("engine_stopped")
            return loaded.preparation.prepare(request), self._open_grammar(loaded, request)

        try:
            return await asyncio.get_running_loop().run_in_executor(loaded.pool, prepare)
        except (CoreError, asyncio.CancelledError):
            raise
        except Exception as error:
            if self._loaded is not loaded:  # the pool takes nothing any more
                raise EngineFault("engine_stopped") from error
            logger.exception("request %s cannot be prepared", request.id)
            raise EngineFault("generation_failed", request=request.id) from error

    def _open_grammar(self, loaded: Loaded, request: ChatRequest) -> Grammar | None:
        """Raises BadRequest."""
        form, wish = self.family.tool_format, request.tools
        if wish is not None and form is None:
            raise BadRequest("field_not_honoured", param="tools")
        if wish is not None and form is not None and wish.choice == "required":
            return loaded.grammars.open_calls(form, wish)
        return loaded.grammars.open_json(request.format) if request.format is not None else None

    def _make_job(
        self,
        loaded: Loaded,
        request: ChatRequest,
        prompt: Prompt,
        grammar: Grammar | None,
        place: Place,
    ) -> Job:
        """Of the first answer."""
        sampling = request.sampling
        limit = sampling.max_tokens or self.spec.defaults.max_tokens or loaded.longest_answer
        return Job(
            id=request.id,
            owner=request.asker,
            prompt=prompt,
            keys=prompt.keys(),
            choice=settle_choice(sampling, self.spec.defaults, loaded.choice),
            max_tokens=min(limit, loaded.context_length - prompt.tokens),
            stop=sampling.stop,
            place=place,
            logprobs=sampling.logprobs,
            grammar=grammar,
            tools=request.tools,
            tool_format=self.family.tool_format,
        )
