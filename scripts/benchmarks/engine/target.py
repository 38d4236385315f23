"""What is measured and where: the options that all benchmarks of the engine share."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import torch

from admin_system.core.engines.local.placement import Placement
from admin_system.core.types import Precision
from scripts.benchmarks.engine.models import FOUR_BITS, MODELS, find_model


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    folder: Path
    device: str
    precision: Precision

    @property
    def placement(self) -> Placement:
        return Placement(self.device, self.precision, self.device)

    @property
    def exact(self) -> bool:
        """Whether transformers' own loader can open what is compared with, in float32."""
        return self.precision == "float32" and self.device == "cpu"


def add_options(parser: argparse.ArgumentParser, *, threads: int = 0) -> None:
    parser.add_argument("--model", default="random", choices=MODELS)
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N")
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        help="float32, but bfloat16 for models in four bits",
    )
    parser.add_argument(
        "--threads", type=int, default=threads, help="of torch; 0 leaves it its choice"
    )


def read_target(given: argparse.Namespace) -> Target:
    if given.threads:
        torch.set_num_threads(given.threads)
    precision: Precision = given.precision or (
        "bfloat16" if given.model in FOUR_BITS else "float32"
    )
    return Target(given.model, find_model(given.model), given.device, precision)


def read_numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))
