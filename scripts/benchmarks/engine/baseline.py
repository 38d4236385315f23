"""What the engine is measured against: one lock, transformers' `generate`, a streamer.

It is given all cores, tensors that are prepared beforehand and no penalty, and is warmed up. On a
processor in float32 transformers' own loader opens it, dequantized; elsewhere it gets the engine's
four-bit layers, so that the ratio tells of the way to serve and not of them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.engines.local.opening import open_checkpoint
from admin_system.core.engines.local.transformers_weights import load_model
from admin_system.core.types import ChatRequest, EngineSpec
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.models import find_twin
from scripts.benchmarks.engine.target import Target


@dataclass(frozen=True, slots=True)
class Timing:
    seconds: float
    """From the first request to the last token."""
    tokens: int
    first_tokens: tuple[float, ...]
    """Seconds to each request's first text."""
    ids: tuple[tuple[int, ...], ...] = ()

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


class Baseline:
    def __init__(self, target: Target) -> None:
        from transformers import AutoModelForImageTextToText, AutoTokenizer

        folder = find_twin(target.folder) if target.exact else target.folder
        checkpoint = inspect_checkpoint(folder)
        self._device = target.placement.device
        if target.exact:
            self.model: Any = AutoModelForImageTextToText.from_pretrained(
                folder, dtype=torch.float32
            )
            self.model.eval()
        else:
            self.model, _ = load_model(checkpoint, target.placement, lambda *_: None)
            for name in ("eos_token_id", "pad_token_id"):
                setattr(self.model.generation_config, name, checkpoint.generation.get(name))
        self._dtype = target.placement.dtype
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        spec = EngineSpec("baseline", "local", path=str(folder))
        opening = open_checkpoint(spec, checkpoint, checkpoint.context_length)
        self._prepare = opening.preparation.prepare
        self._lock = threading.Lock()

    def inputs(self, request: ChatRequest) -> dict[str, Any]:
        prompt: Any = self._prepare(request)
        inputs = {
            "input_ids": prompt.ids,
            "attention_mask": torch.ones_like(prompt.ids),
            "mm_token_type_ids": prompt.kinds,
        }
        if prompt.pixels is not None:
            pixels = prompt.pixels.to(self._dtype)
            inputs |= {"pixel_values": pixels, "image_grid_thw": prompt.grids}
        return {name: value.to(self._device) for name, value in inputs.items()}

    def generate(self, inputs: dict[str, Any], new_tokens: int, streamer: Any = None) -> list[int]:
        with torch.inference_mode():
            ids = self.model.generate(
                **inputs, max_new_tokens=new_tokens, do_sample=False, streamer=streamer
            )
        answer: list[int] = ids[0, inputs["input_ids"].shape[1] :].tolist()
        return answer

    def run(self, requests: Sequence[ChatRequest], new_tokens: int) -> Timing:
        """All at once."""
        from transformers import TextIteratorStreamer

        inputs = [self.inputs(request) for request in requests]
        firsts = [0.0] * len(requests)
        answers: list[list[int]] = [[]] * len(requests)
        began = clock()

        def serve(number: int) -> None:
            streamer = TextIteratorStreamer(self.tokenizer, skip_prompt=True)

            def work() -> None:
                with self._lock:
                    answers[number] = self.generate(inputs[number], new_tokens, streamer)

            thread = threading.Thread(target=work)
            thread.start()
            for text in streamer:
                if text and not firsts[number]:
                    firsts[number] = clock() - began
            thread.join()

        threads = [threading.Thread(target=serve, args=(n,)) for n in range(len(requests))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = clock() - began
        ids = tuple(map(tuple, answers))
        return Timing(seconds, sum(map(len, answers)), tuple(firsts), ids)
