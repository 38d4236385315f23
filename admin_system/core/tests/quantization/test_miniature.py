"""The miniature says the same in four bits, through transformers and the int4 product alike."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.quantization import Int4Config, read_quantization
from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.quantization.backend import Target
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.replace import replace_linears
from admin_system.core.quantization.writer import Recipe, quantize_checkpoint
from admin_system.core.tests.quantization.dequantized import read_config, write_dequantized

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


def open_model(folder: Path) -> Any:
    from transformers import AutoModelForImageTextToText

    return AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dequantized(MINIATURE, tmp_path_factory.mktemp("miniature") / "plain")


def test_the_folder_that_ships_is_what_the_writer_writes(plain: Path, tmp_path: Path) -> None:
    """Weights that were dequantized are rounded to themselves, so the whole folder comes again."""
    recipe = Recipe(group_size=32)
    written = quantize_checkpoint(plain, tmp_path / "again", recipe)
    assert (written.layers, written.left, written.error) == (28, (), 0)
    shipped, again = (dict(iterate_tensors(folder)) for folder in (MINIATURE, tmp_path / "again"))
    assert again.keys() == shipped.keys()
    for name, tensor in shipped.items():
        assert again[name].dtype == tensor.dtype, name
        assert torch.equal(again[name], tensor), name
        four_bits = name.rpartition(".")[2] in ("qweight", "qzeros", "scales", "g_idx")
        assert four_bits is ("layers" in name and "_proj." in name), name
    assert (plain / "SHA256SUMS").exists()
    assert not (tmp_path / "again" / "SHA256SUMS").exists()  # of other weights
    for file in ("config.json", "quantize_config.json"):
        assert (tmp_path / "again" / file).read_bytes() == (MINIATURE / file).read_bytes()


def assert_alike(found: str, expected: str) -> None:
    number = re.compile(r"\d+")
    assert number.sub("#", found) == number.sub("#", expected)
    for one, other in zip(number.findall(found), number.findall(expected), strict=True):
        assert abs(int(one) - int(other)) <= ALLOWED_SHIFT, (found, expected)


def test_the_miniature_answers_alike_in_four_bits(plain: Path) -> None:
    reader, model = Reader(plain), open_model(plain)
    answers = {question: reader.ask(model, question) for question in QUESTIONS}
    config = read_quantization(read_config(MINIATURE), MINIATURE)
    assert isinstance(config, Int4Config)
    builder = LayerBuilder(config, Target(torch.device("cpu"), torch.float32))
    names = read_names(MINIATURE)
    rest = dict(replace_linears(model, iterate_tensors(MINIATURE), names, builder))
    assert not any("layers" in name and name.endswith("proj.weight") for name in rest)
    assert builder.warnings == ()
    for question, answer in answers.items():
        assert_alike(reader.ask(model, question), answer)
