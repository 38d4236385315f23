"""Ask a model folder questions through transformers' own generate, as any program would."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
from PIL import Image
from transformers import AutoTokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_weights import load_model

EXACT = Placement("cpu", "float32", "cpu")
"""As the service runs so small a model, in four bits or not."""
PLACEHOLDER = "<|image_pad|>"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question with what comes before it."""

    question: str
    pictures: tuple[Image.Image, ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    """Earlier questions and answers; the pictures belong to the first question."""
    system: str | None = None
    tokens: int = field(default=160)
    """Most tokens of the answer."""

    def messages(self) -> list[dict[str, Any]]:
        """The conversation as the chat template takes it."""
        messages: list[dict[str, Any]] = []
        if self.system:
            messages.append({"role": "system", "content": self.system})
        for question, answer in self.history:
            messages.append({"role": "user", "content": self.content(question, messages)})
            messages.append({"role": "assistant", "content": answer})
        messages.append({"role": "user", "content": self.content(self.question, messages)})
        return messages

    def content(self, question: str, before: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
        """A user's content: the pictures go to the first one."""
        first = not any(message["role"] == "user" for message in before)
        pictures = [{"type": "image"} for _ in self.pictures] if first else []
        return [*pictures, {"type": "text", "text": question}]


class Answerer:
    """A model folder, its weights read as the service reads them. The processor is put together
    here, because transformers' own Qwen3-VL processor cannot be built without torchvision."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self.tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        self.tokenizer.padding_side = "left"
        self.pictures = Qwen2VLImageProcessorPil.from_pretrained(folder)
        self.model = read_network(folder)
        self.picture_id = self.model.config.image_token_id

    def answer(self, inquiries: Sequence[Inquiry]) -> list[str]:
        """Greedy answers to a batch."""
        pictures = [picture for inquiry in inquiries for picture in inquiry.pictures]
        seen: dict[str, Any] = {}
        if pictures:
            seen = dict(self.pictures(images=pictures, return_tensors="pt"))
        counts = iter([int(grid.prod()) // 4 for grid in seen.get("image_grid_thw", [])])
        prompts = []
        for inquiry in inquiries:
            prompt: str = self.tokenizer.apply_chat_template(
                inquiry.messages(), tokenize=False, add_generation_prompt=True
            )
            head, *rest = prompt.split(PLACEHOLDER)
            prompts.append(head + "".join(PLACEHOLDER * next(counts) + part for part in rest))
        inputs = self.tokenizer(
            prompts, return_tensors="pt", padding=True, return_token_type_ids=False
        )
        if pictures:
            seen["mm_token_type_ids"] = (inputs["input_ids"] == self.picture_id).int()
        most = max(inquiry.tokens for inquiry in inquiries)
        with torch.inference_mode():
            out = self.model.generate(**inputs, **seen, do_sample=False, max_new_tokens=most)
        new = out[:, inputs["input_ids"].shape[1] :]
        texts: list[str] = self.tokenizer.batch_decode(new, skip_special_tokens=True)
        return texts


def read_network(folder: Path) -> Any:
    """transformers' class with the folder's weights in float32, four-bit ones dequantized."""
    model, _ = load_model(inspect_checkpoint(folder), EXACT, lambda *_: None)
    return model
