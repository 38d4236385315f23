"""Checks a model from its folder to one real answer, without the service."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from admin_system.core.checkpoints import Checkpoint, inspect_checkpoint
from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.engines import create_engine
from admin_system.core.engines.base import Report
from admin_system.core.errors import CoreError, LoadError
from admin_system.core.families import find_family
from admin_system.core.forecast import Forecast, forecast
from admin_system.core.loaded import LoadedModel, load_model
from admin_system.core.types import (
    ChatRequest,
    End,
    EngineSpec,
    Language,
    Message,
    ModelInfo,
    PicturePart,
    PixelBudget,
    Sampling,
    TextPart,
)
from admin_system.core.verification import red_circle

logger = logging.getLogger(__name__)

QUESTIONS: dict[Language, str] = {"zh": "图里有什么？", "en": "What is in the picture?"}
LONGEST_ANSWER = 64
"""Tokens."""
FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
"""As safetensors and as torch name them."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a folder tells without its weights being read."""

    family: str
    quantization: str
    """"none", "gptq-int4", …"""
    stored: str
    """Precision of most plain weights; empty where there are none."""
    bytes: int
    """Of the weight files."""
    parameters: int
    context_length: int
    """Tokens."""
    pixels: PixelBudget
    memory: Forecast
    four_bit_layers: bool
    """It has some of ours, which are checked when they are loaded."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the loaded model did."""

    info: ModelInfo
    load_seconds: float
    """With the first, short answer that ends every load."""
    question: str
    answer: str
    tokens: int
    """Of the answer."""
    answer_seconds: float


def examine(spec: EngineSpec) -> Findings:
    """Raises LoadError, for whatever stands in the folder."""
    if spec.kind != "local":
        raise LoadError("check_not_local", model=spec.name)
    with _faults_told(spec):
        checkpoint = inspect_checkpoint(spec.path, spec.int4_backend)
        family = find_family(checkpoint.config, checkpoint.preprocessor)
        return Findings(
            family=checkpoint.family,
            quantization=checkpoint.quantization,
            stored=_find_precision(checkpoint),
            bytes=checkpoint.bytes,
            parameters=checkpoint.sizes.parameters,
            context_length=checkpoint.context_length,
            pixels=family.pixel_budget(spec),
            memory=forecast(spec),
            four_bit_layers=isinstance(checkpoint.quantized, Int4Config),
        )


def try_out(spec: EngineSpec, language: Language, report: Report) -> Trial:
    """Loads the model as the service does, asks it one question, and unloads it.

    The caller holds the lock of the model. Raises CoreError.
    """
    began = time.monotonic()
    with _faults_told(spec):
        loaded = load_model(spec, create_engine, report)
    try:
        ready = time.monotonic()
        end = asyncio.run(_ask(loaded, QUESTIONS[language]))
        return Trial(
            info=loaded.info,
            load_seconds=ready - began,
            question=QUESTIONS[language],
            answer=loaded.family.clean_text(end.text),
            tokens=end.usage.completion_tokens,
            answer_seconds=time.monotonic() - ready,
        )
    finally:
        loaded.engine.unload()


async def _ask(loaded: LoadedModel, question: str) -> End:
    request = ChatRequest(
        messages=(Message("user", (PicturePart(red_circle()), TextPart(question))),),
        sampling=Sampling(temperature=0, max_tokens=LONGEST_ANSWER),
        owner="service",
    )
    async with aclosing(loaded.stream(request)) as answer:
        async for piece in answer:
            if isinstance(piece, End):
                return piece
    raise LoadError("model_gives_no_answer")


@contextmanager
def _faults_told(spec: EngineSpec) -> Iterator[None]:
    """Raises LoadError for whatever is no CoreError: a config.json may hold anything."""
    try:
        yield
    except CoreError:
        raise
    except Exception as error:
        logger.exception("%s cannot be checked", spec.path)
        raise LoadError("load_fault", kind=type(error).__name__) from error


def _find_precision(checkpoint: Checkpoint) -> str:
    values: Counter[str] = Counter()
    for tensor in checkpoint.weights.tensors.values():
        if tensor.dtype in FLOATS:
            values[FLOATS[tensor.dtype]] += tensor.values
    return values.most_common(1)[0][0] if values else ""
