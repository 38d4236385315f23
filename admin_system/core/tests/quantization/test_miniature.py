"""The miniature says the same in four bits, through transformers and the int4 product alike."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.quantization import Int4Config, read_quantization
from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.quantization.backend import Target
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.replace import replace_linears
from admin_system.core.quantization.stored import dequantize_tensors
from admin_system.core.quantization.writer import Recipe, quantize_checkpoint

QUESTIONS = ("框出红色圆形", "Describe the picture.", "图中有几个图形？", "你是谁？")
ALLOWED_SHIFT = 20
"""Thousandths of the picture's side by which a corner may move."""


class Reader:
    """Asks a model of transformers, greedily."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
            Qwen2VLImageProcessorPil,
        )

        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        config = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        config = {
            key: value for key, value in config.items() if not key.endswith(("type", "class"))
        }
        self._pictures = Qwen2VLImageProcessorPil(**config)

    def ask(self, model: Any, question: str) -> str:
        picture = Image.new("RGB", (320, 320), "white")
        drawing = ImageDraw.Draw(picture)
        drawing.ellipse((40, 60, 150, 170), fill=(220, 30, 30))
        drawing.rectangle((200, 190, 290, 280), fill=(30, 60, 220))
        features = self._pictures.preprocess([picture], return_tensors="pt")
        content = [{"type": "image"}, {"type": "text", "text": question}]
        text = self._tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        image_id = model.config.image_token_id
        mark = self._tokenizer.convert_ids_to_tokens(image_id)
        count = int(features["image_grid_thw"].prod()) // self._pictures.merge_size**2
        ids = self._tokenizer(text.replace(mark, mark * count), return_tensors="pt").input_ids
        answer = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            mm_token_type_ids=(ids == image_id).long(),
            **features,
            do_sample=False,
            max_new_tokens=48,
        )
        return str(self._tokenizer.decode(answer[0, ids.shape[1] :], skip_special_tokens=True))


def read_config(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


def write_dequantized(source: Path, target: Path) -> Path:
    """The folder as if it had never been quantized, in float32."""
    config = read_config(source)
    quantization = read_quantization(config, source)
    assert isinstance(quantization, Int4Config)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("model*", "quantize_config*"))
    del config["quantization_config"]
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tensors = dict(dequantize_tensors(iterate_tensors(source), read_names(source), quantization))
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    return target


def open_model(folder: Path) -> Any:
    from transformers import AutoModelForImageTextToText

    return AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if read_quantization(read_config(MINIATURE), MINIATURE) is None:
        return MINIATURE
    return write_dequantized(MINIATURE, tmp_path_factory.mktemp("miniature") / "plain")


@pytest.fixture(scope="module")
def quantized(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("quantized") / "miniature"
    written = quantize_checkpoint(plain, target, Recipe(group_size=32))
    assert not written.left
    return target


def assert_alike(found: str, expected: str) -> None:
    number = re.compile(r"\d+")
    assert number.sub("#", found) == number.sub("#", expected)
    for one, other in zip(number.findall(found), number.findall(expected), strict=True):
        assert abs(int(one) - int(other)) <= ALLOWED_SHIFT, (found, expected)


def test_the_miniature_answers_alike_in_four_bits(
    plain: Path, quantized: Path, tmp_path: Path
) -> None:
    reader, original = Reader(plain), open_model(plain)
    answers = {question: reader.ask(original, question) for question in QUESTIONS}

    dequantized = open_model(write_dequantized(quantized, tmp_path / "dequantized"))
    for question, answer in answers.items():
        assert_alike(reader.ask(dequantized, question), answer)

    config = read_quantization(read_config(quantized), quantized)
    assert isinstance(config, Int4Config)
    builder = LayerBuilder(config, Target(torch.device("cpu"), torch.float32))
    names = read_names(quantized)
    rest = dict(replace_linears(dequantized, iterate_tensors(quantized), names, builder))
    assert not any("layers" in name and name.endswith("proj.weight") for name in rest)
    assert builder.warnings == ()
    for question, answer in answers.items():
        assert_alike(reader.ask(dequantized, question), answer)
