"""Print how fast four-bit linear layers are beside bfloat16 ones, and where they stop paying.

    python scripts/benchmarks/int4_linear.py [--device cpu] [--threads 1] [--repeats 15]

For each size and number of rows: the median time of a plain bfloat16 layer, how many times as fast
torch's int4 product is, and the same for dequantizing chunk by chunk; then the crossover, the
first number of rows at which dequantizing wins (`wide_rows` in core/quantization/products.py).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.core.quantization.linear import Int4Linear, dequantized_linear
from admin_system.core.quantization.products import Int4Product, find_product
from admin_system.core.quantization.weight import Int4Weight

SIZES = ((4096, 4096), (4096, 11008))
"""Inputs and outputs, as in a 7B model."""
ROWS = (1, 8, 64, 512)
SEARCHED_ROWS = (16, 24, 32, 48, 64, 80, 96, 128, 192, 256)
GROUP_SIZE = 128


def random_weight(inputs: int, outputs: int, device: torch.device) -> Int4Weight:
    groups = inputs // GROUP_SIZE
    return Int4Weight(
        torch.randint(0, 16, (outputs, inputs), dtype=torch.uint8, device=device),
        torch.full((groups, outputs), 8, dtype=torch.uint8, device=device),
        (torch.rand(groups, outputs, device=device) * 0.01).half(),
        torch.arange(inputs, device=device) // GROUP_SIZE,
    )


def median_seconds(
    calls: Sequence[Callable[[], object]], device: torch.device, repeats: int
) -> list[float]:
    """Of each call, in turns so that a busy moment meets all; the first turn is not counted."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats + 1):
        for call, taken in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[1:]) for taken in seconds]


class Contest:
    """One size of layer in three ways."""

    def __init__(
        self, inputs: int, outputs: int, product: Int4Product, device: torch.device, repeats: int
    ) -> None:
        weight = random_weight(inputs, outputs, device)
        self._plain = dequantized_linear(weight, None, torch.bfloat16)
        self._packed = Int4Linear(weight, None, torch.bfloat16, product=product)
        self._inputs = inputs
        self._device = device
        self._repeats = repeats

    def time(self, rows: int) -> list[float]:
        """Seconds: plain bfloat16, int4 product, dequantized by chunks."""
        x = torch.randn(rows, self._inputs, dtype=torch.bfloat16, device=self._device)
        calls = (
            lambda: self._plain(x),
            lambda: self._packed.multiply_narrow(x),
            lambda: self._packed.multiply_wide(x),
        )
        return median_seconds(calls, self._device, self._repeats)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--device", default="cpu", type=torch.device)
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--repeats", default=15, type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    product = find_product(options.device)
    if product is None:
        raise SystemExit(f"torch has no int4 product worth using on {options.device}")
    where = torch.backends.cpu.get_cpu_capability()
    if options.device.type == "cuda":
        where = torch.cuda.get_device_name(options.device)
    print(f"torch {torch.__version__}, {where}, {options.threads} threads, groups of {GROUP_SIZE}")
    for inputs, outputs in SIZES:
        contest = Contest(inputs, outputs, product, options.device, options.repeats)
        print(f"\n{inputs} x {outputs}\n rows  bfloat16    int4   dequantized by chunks")
        for rows in ROWS:
            plain, narrow, wide = contest.time(rows)
            times = f"{plain * 1e3:6.2f} ms  {plain / narrow:5.2f}x  {plain / wide:5.2f}x"
            print(f"{rows:5}  {times}")
        for rows in SEARCHED_ROWS:
            _, narrow, wide = contest.time(rows)
            if wide < narrow:
                print(f"crossover: {rows} rows ({narrow * 1e3:.1f} and {wide * 1e3:.1f} ms)")
                break


if __name__ == "__main__":
    with torch.inference_mode():
        main()
