"""Our 2023 Qwen-VL against the values of the original code, in float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn

from admin_system.core.networks.packed import Stretch
from admin_system.core.networks.qwen_vl.model import PlacedFeatures, QwenVL
from admin_system.core.networks.qwen_vl.pixels import to_pixels
from admin_system.core.tests.golden import EXPECTED, QWEN_VL, read_expected

CASES: dict[str, Any] = read_expected("cases.json")["cases"]
COLUMNS: list[int] = read_expected("cases.json")["columns"]
VISUAL = load_file(EXPECTED / "visual.safetensors")
NUMBERS = {
    "fp32": load_file(EXPECTED / "fp32.safetensors"),
    "int4": load_file(EXPECTED / "int4_dequant_fp32.safetensors"),
}
END_OF_TEXT = 1086
NEW_TOKENS = 20


def pixels_of(name: str) -> Tensor:
    return torch.from_numpy(to_pixels(Image.open(QWEN_VL / "images" / name)))[None]


def pictures_of(network: QwenVL, case: dict[str, Any], start: int = 0, count: int = 10_000) -> Any:
    """The parts of the pictures that fall into `count` tokens from `start` on."""
    placed = []
    for name, (first, _) in zip(case["images"], case["image_slots"], strict=True):
        features = network.encode_pictures(pixels_of(name))[0]
        part = features[max(start - first, 0) : max(start + count - first, 0)]
        if len(part):
            placed.append(PlacedFeatures(max(first - start, 0), part))
    return placed


def tokens(*ids: int) -> Tensor:
    return torch.tensor(ids)


@contextmanager
def listening(network: QwenVL) -> Iterator[list[Tensor]]:
    """Embeddings with the features in, the output of each block but the last, that of ln_f."""
    heard: list[Tensor] = []
    text = network.transformer
    hooks = [
        text.h[0].register_forward_pre_hook(lambda _, given: heard.append(given[0])),
        *(
            module.register_forward_hook(lambda _, __, out: heard.append(out))
            for module in (*text.h[:-1], text.ln_f)
        ),
    ]
    try:
        yield heard
    finally:
        for hook in hooks:
            hook.remove()


def close(given: Tensor, expected: Tensor, tolerance: float) -> None:
    torch.testing.assert_close(given, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["a1", "a2"])
def test_pictures_are_prepared_as_torchvision_would(name: str) -> None:
    side = 448
    image = Image.open(QWEN_VL / "images" / f"{name}.png")
    squashed = image.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    expected = np.asarray(Image.open(EXPECTED / f"resized_{name}.png").convert("RGB"))
    assert np.array_equal(np.asarray(squashed), expected)
    pixels = pixels_of(f"{name}.png")[0]
    close(pixels[:, ::14, ::14], VISUAL[f"{name}.pixel_values_sub"], 1e-6)
    flat = pixels.flatten(1)
    stats = torch.stack([flat.mean(1), flat.std(1), flat.amin(1), flat.amax(1)])
    close(stats, VISUAL[f"{name}.pixel_values_stats"], 1e-5)


@pytest.mark.parametrize("name", ["a1", "a2"])
def test_the_vision_tower_sees_what_the_original_sees(
    networks: dict[str, QwenVL], name: str
) -> None:
    tower = networks["fp16"].transformer.visual
    heard: dict[str, Tensor] = {}

    def listen(key: str, module: nn.Module) -> Any:
        return module.register_forward_hook(lambda _, __, out: heard.update({key: out[0, ::37]}))

    parts = {"ln_pre": tower.ln_pre, "attn_pool": tower.attn_pool, "ln_post": tower.ln_post}
    parts |= {f"block{place}": block for place, block in enumerate(tower.transformer.resblocks)}
    hooks = [listen(key, module) for key, module in parts.items()]
    features = networks["fp16"].encode_pictures(pixels_of(f"{name}.png"))[0]
    for hook in hooks:
        hook.remove()
    for key in parts:
        close(heard[key], VISUAL[f"{name}.{key}_rows"], 1e-4)
    close(features, VISUAL[f"{name}.features"], 1e-4)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["fp16", "bin", "int4"])
def test_answers_equal_the_originals(networks: dict[str, QwenVL], form: str, name: str) -> None:
    network, case = networks[form], CASES[name]
    key = "int4" if form == "int4" else "fp32"
    expected = {
        entry.removeprefix(f"{name}."): tensor
        for entry, tensor in NUMBERS[key].items()
        if entry.startswith(f"{name}.")
    }
    ids = tokens(*case["input_ids"])
    cache = network.make_cache(1, len(ids) + NEW_TOKENS)
    cache.begin(0, len(ids))
    assert cache.alphas == [case["ntk_alpha"]]
    with listening(network) as hidden:
        pictures = pictures_of(network, case)
        logits = network(ids, cache, [Stretch(0, 0, len(ids))], pictures=pictures)
    positions = case["positions"]
    if "hidden" in expected:
        close(torch.stack([h[positions] for h in hidden]), expected["hidden"], 1e-4)
    close(logits[-2:], expected["logits_last2"], 2e-4)
    close(logits[positions][:, COLUMNS], expected["logits_cols"], 2e-4)
    close(logits.logsumexp(-1), expected["lse"], 2e-4)
    assert torch.equal(logits.argmax(-1), expected["argmax"].long())

    chosen: list[int] = []
    wanted = case[key]["greedy_ids"]
    for logits_of_step in expected["gen_logits_cols"]:
        close(logits[-1, COLUMNS], logits_of_step, 2e-4)
        chosen.append(int(logits[-1].argmax()))
        if chosen[-1] == END_OF_TEXT:
            break
        logits = network(tokens(chosen[-1]), cache, [Stretch(0, cache.lengths[0], 1)])
    assert chosen == wanted


def greedy(network: QwenVL, names: tuple[str, str], rows: tuple[int, int]) -> list[list[int]]:
    """Two conversations of different length, packed into one pass."""
    prompts = [CASES[name]["input_ids"] for name in names]
    cache = network.make_cache(4, max(map(len, prompts)) + NEW_TOKENS)
    pictures: list[PlacedFeatures] = []
    stretches: list[Stretch] = []
    ids: list[int] = []
    for name, row, prompt in zip(names, rows, prompts, strict=True):
        cache.begin(row, len(prompt))
        for picture in pictures_of(network, CASES[name]):
            pictures.append(PlacedFeatures(len(ids) + picture.place, picture.features))
        stretches.append(Stretch(row, 0, len(prompt)))
        ids += prompt
    last = tokens(len(prompts[0]) - 1, len(ids) - 1)
    logits = network(tokens(*ids), cache, stretches, pictures=pictures, wanted=last)
    chosen: list[list[int]] = [[], []]
    for _ in range(NEW_TOKENS):
        new = logits.argmax(-1)
        for answer, token in zip(chosen, new.tolist(), strict=True):
            answer.append(token)
        logits = network(new, cache, [Stretch(row, cache.lengths[row], 1) for row in rows])
    return chosen


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (("text_en", "one_image"), (0, 1)),
        (("two_images", "text_zh"), (3, 1)),  # NTK alpha 3 beside 1, rows apart
        (("cross_boundary", "long_text_x2"), (1, 2)),  # logn in one row before the other
    ],
)
def test_a_batch_of_two_answers_as_each_alone(
    networks: dict[str, QwenVL], names: tuple[str, str], rows: tuple[int, int]
) -> None:
    answers = greedy(networks["fp16"], names, rows)
    assert answers == [CASES[name]["fp32"]["greedy_ids"] for name in names]


@pytest.mark.parametrize("chunk", [100, 257])
def test_a_prompt_may_be_filled_in_chunks(networks: dict[str, QwenVL], chunk: int) -> None:
    network, case = networks["fp16"], CASES["two_images"]
    ids = tokens(*case["input_ids"])
    cache = network.make_cache(1, len(ids))
    cache.begin(0, len(ids))
    for start in range(0, len(ids), chunk):
        part = ids[start : start + chunk]
        pictures = pictures_of(network, case, start, len(part))
        logits = network(part, cache, [Stretch(0, start, len(part))], pictures=pictures)
    close(logits[-1:], NUMBERS["fp32"]["two_images.logits_last2"][1:], 2e-4)


def test_a_row_keeps_an_earlier_prompt_only_under_the_same_alpha(
    networks: dict[str, QwenVL],
) -> None:
    network, case = networks["fp16"], CASES["text_en"]
    prompt = case["input_ids"]
    cache = network.make_cache(1, 600)
    cache.begin(0, len(prompt) - 5)
    network(tokens(*prompt[:-5]), cache, [Stretch(0, 0, len(prompt) - 5)])
    assert cache.begin(0, len(prompt), keep=20) == 20
    rest = tokens(*prompt[20:])
    logits = network(rest, cache, [Stretch(0, 20, len(rest))], wanted=tokens(-2, -1))
    close(logits, NUMBERS["fp32"]["text_en.logits_last2"], 2e-4)
    assert cache.begin(0, 513, keep=20) == 0
    assert cache.alphas == [3.0]


def test_half_precision_stays_near(folders: dict[str, Any]) -> None:
    from admin_system.core.networks.qwen_vl.loading import load_qwen_vl

    network = load_qwen_vl(folders["fp16"], dtype=torch.bfloat16)
    case = CASES["one_image"]
    ids = tokens(*case["input_ids"])
    cache = network.make_cache(1, len(ids))
    cache.begin(0, len(ids))
    pictures = pictures_of(network, case)
    logits = network(ids, cache, [Stretch(0, 0, len(ids))], pictures=pictures)
    expected = NUMBERS["fp32"]["one_image.argmax"].long()
    assert float((logits.argmax(-1) == expected).float().mean()) >= 0.9
