"""What the engine is measured against: one lock, transformers' `generate`, a streamer.

It is given all cores, tensors that are prepared beforehand and no penalty, and is warmed up.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.engines.local.opening import open_checkpoint
from admin_system.core.types import ChatRequest, EngineSpec
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.models import find_twin


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
    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForImageTextToText, AutoTokenizer

        folder = find_twin(folder)
        self.model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
        self.model.eval()
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        checkpoint = inspect_checkpoint(folder)
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
            inputs |= {"pixel_values": prompt.pixels, "image_grid_thw": prompt.grids}
        return inputs

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
