"""Runs four-bit folders through gptqmodel and compares the answers with the dense twin's.

    python scripts/checks/gptqmodel_backend.py [--precision float32] [--device cpu]

Needs scripts/optional/requirements-gptqmodel.txt. Small random models in the published layouts;
the reference is transformers' own `generate` on the same weights, dequantized. Prints one line of
JSON for each: how many of the greedy tokens are equal from the start on, the relative error of the
logits behind the prompt, and which layers ran.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_opening import open_network
from admin_system.core.tests.engines.conftest import draw_circle
from admin_system.core.tests.engines.reference import Reference, to_reference
from admin_system.core.tests.published.folder import write_checkpoint

FOLDERS = [
    (model_type, storage)
    for model_type in ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_5")
    for storage in ("gptq", "awq")
]
TOKENS = 20


def compare(model_type: str, storage: str, placement: Placement, place: Path) -> dict[str, Any]:
    import torch

    folder = place / f"{model_type}-{storage}"
    twin = write_checkpoint(model_type, storage, folder)
    checkpoint = inspect_checkpoint(folder, "gptqmodel")
    network: Any = open_network(checkpoint, placement, lambda *_: None)
    reference = Reference(twin)
    said, images = to_reference((("user", [draw_circle(300, 200), "框出红色圆形"]),))
    inputs = reference.inputs(said, images)
    expected = reference.answer(inputs, TOKENS)
    moved = {name: tensor.to(placement.device) for name, tensor in inputs.items()}
    with torch.inference_mode():
        ids = network._model.generate(
            **moved,
            attention_mask=torch.ones_like(moved["input_ids"]),
            max_new_tokens=TOKENS,
            do_sample=False,
        )
    answer = ids[0, inputs["input_ids"].shape[1] :].tolist()
    with torch.inference_mode():
        ours = network._model(**moved).logits[0, -1].float().cpu()
        theirs = reference.model(**inputs).logits[0, -1]
    pairs = list(zip(answer, expected, strict=False))
    equal = next((place for place, (a, b) in enumerate(pairs) if a != b), len(pairs))
    kinds = Counter(type(module).__name__ for module in network._model.modules())
    return {
        "model": f"{model_type}-{storage}",
        "quantization": checkpoint.quantization,
        "equal": equal,
        "tokens": len(expected),
        "error": round(float((ours - theirs).norm() / theirs.norm()), 5),
        "layers": {kind: count for kind, count in kinds.items() if "Linear" in kind},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    placement = Placement(options.device, options.precision, options.device)
    with tempfile.TemporaryDirectory() as place:
        for model_type, storage in FOLDERS:
            found = compare(model_type, storage, placement, Path(place))
            print(json.dumps(found))


if __name__ == "__main__":
    main()
