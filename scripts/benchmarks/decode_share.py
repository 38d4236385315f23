"""Prints U and G of a random four-bit model: steps a second as a share of what memory allows, and
a step of fixed size (on a card a captured one) against an ordinary pass.

    python scripts/benchmarks/decode_share.py [--device cuda:0] [--size 7b] [--rows 1,4,16]

Every step reads all weights of the text part and the keys and values once, so no more than
(bandwidth / bytes of a step) steps a second are possible. The bandwidth is measured here, by
copying. The model has the shape of Qwen2.5-VL's text part and random weights. On a busy processor:
`QWEN_BENCHMARK_CLOCK=cpu OMP_NUM_THREADS=1`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_network import TransformersNetwork
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.engines.local.transformers_weights import compute_buffers
from admin_system.core.quantization.linear import DequantizedLinear, Int4Linear
from admin_system.core.quantization.products import find_product
from admin_system.core.quantization.weight import Int4Weight
from admin_system.core.types import StepWish
from scripts.benchmarks.engine.clock import clock
from scripts.benchmarks.engine.ratios import tell_ratio

SHAPES = {
    "7b": {
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152064,
    },
    "small": {
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "vocab_size": 32000,
        "bos_token_id": None,
        "eos_token_id": None,
    },
}
GROUP = 128
PROMPT = 64
COPY_BYTES = 1 << 30
WARM_UPS = 4
"""Steps before the measured ones."""
WISHES: tuple[StepWish, ...] = ("off", "on")


def build(size: str, placement: Placement) -> Any:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    config = Qwen2_5_VLConfig(text_config=SHAPES[size], tie_word_embeddings=False)
    with torch.device("meta"):
        model = Qwen2_5_VLForConditionalGeneration(config).to(torch.bfloat16)
    model.model.visual = nn.Identity()  # no picture is shown
    for path, layer in list(model.model.language_model.layers.named_modules()):
        if isinstance(layer, nn.Linear):
            model.model.language_model.layers.set_submodule(path, random_layer(layer, placement))
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if parameter.device.type == "meta":
                shape = parameter.shape
                value = torch.randn(shape, device=placement.device, dtype=torch.bfloat16) * 0.02
                setattr(module, name, nn.Parameter(value, requires_grad=False))
    compute_buffers(model, placement)
    return model.eval()


def random_layer(linear: nn.Linear, placement: Placement) -> nn.Module:
    device = torch.device(placement.device)
    outputs, inputs = linear.out_features, linear.in_features
    groups = torch.arange(inputs, device=device) // GROUP
    shape = (inputs // GROUP, outputs)
    weight = Int4Weight(
        torch.randint(0, 16, (outputs, inputs), dtype=torch.uint8, device=device),
        torch.full(shape, 8, dtype=torch.uint8, device=device),
        torch.full(shape, 0.004, dtype=torch.float16, device=device),
        groups,
    )
    bias = None if linear.bias is None else torch.zeros(outputs, device=device)
    product = find_product(device)
    if product is None:
        return DequantizedLinear(weight, bias, torch.bfloat16)
    return Int4Linear(weight, bias, torch.bfloat16, product=product)


def bytes_of_step(model: Any, rows: int, tokens: int) -> int:
    """Weights of the layers and the output; keys and values of `rows` of `tokens` each."""
    text = model.config.get_text_config()
    parts = (model.model.language_model.layers, model.lm_head)
    tensors = [value for part in parts for value in part.state_dict().values()]
    weights: int = sum(value.numel() * value.itemsize for value in tensors)
    width: int = text.hidden_size // text.num_attention_heads * text.num_key_value_heads
    layers: int = text.num_hidden_layers
    return weights + 2 * layers * width * rows * tokens * 2


def wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def measure_bandwidth(device: str) -> float:
    """Bytes a second, read and written ones together."""
    source = torch.ones(COPY_BYTES, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    times = []
    for _ in range(6):
        wait(device)
        began = clock()
        target.copy_(source)
        wait(device)
        times.append(clock() - began)
    return 2 * COPY_BYTES / min(times)


def measure_step(network: TransformersNetwork, device: str, rows: int, tokens: int) -> float:
    """Seconds, of the median step of all rows."""
    ids = torch.arange(PROMPT)[None]
    network.reserve(rows, PROMPT + WARM_UPS + tokens)
    for row in range(rows):
        network.begin(row, PatchPrompt(ids))
    network.run([Part(row, 0, ids[0].tolist()) for row in range(rows)])
    times = []
    for place in range(PROMPT, PROMPT + WARM_UPS + tokens):
        wait(device)
        began = clock()
        network.run([Part(row, place, [place]) for row in range(rows)])
        wait(device)
        times.append(clock() - began)
    return median(times[WARM_UPS:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--size", default="7b", choices=SHAPES)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rows", default="1,4,16")
    options = parser.parse_args()
    placement = Placement(options.device, "bfloat16", options.device)
    torch.manual_seed(0)
    bandwidth = measure_bandwidth(options.device)
    print(f"{bandwidth / 1e9:.0f} GB/s", flush=True)
    with torch.inference_mode():
        model = build(options.size, placement)
        for rows in map(int, options.rows.split(",")):
            seconds: dict[StepWish, float] = {}
            for wish in WISHES:
                network = TransformersNetwork(model, placement, steps=wish)
                seconds[wish] = measure_step(network, options.device, rows, options.tokens)
            stats = network.decode_stats()
            most = bandwidth / bytes_of_step(model, rows, PROMPT + options.tokens)
            print(
                f"{rows:2d} rows: ordinary pass {1e3 * seconds['off']:.2f} ms, step of fixed size "
                f"{1e3 * seconds['on']:.2f} ms ({stats.reason or 'captured'}), G "
                f"{seconds['on'] / seconds['off']:.2f}, {rows / seconds['on']:.1f} tokens/s, U "
                f"{1 / seconds['on'] / most:.2f} (ordinary {1 / seconds['off'] / most:.2f}), "
                f"attention {stats.attention}",
                flush=True,
            )
            tell_ratio(f"G {rows} rows", seconds["on"] / seconds["off"])
            tell_ratio(f"U {rows} rows", 1 / seconds["on"] / most)


if __name__ == "__main__":
    main()
