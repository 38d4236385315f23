"""Train the miniature: stage 1 its eye alone, stage 2 its speech (and, gently, its eye).

    python scripts/miniature/train.py --stage 1 --steps 5000 --out work/eye.pt
    python scripts/miniature/train.py --stage 2 --steps 20000 --initial work/eye.pt --out work/m.pt

A run that was cut off goes on from its last save with the same command and `--resume`.
"""

import argparse
import json
import math
import os
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from answering import read_network
from losses import AnswerLoss, AnswerScore, PatchScore, patch_loss
from network import Miniature, build_config
from rounding import round_text_part
from rows import visible_tokens
from stream import Batch, BatchStream, StreamSettings
from vocabulary import Vocabulary
from world import World

SHIPPED = Path(__file__).parents[2] / "admin_system/core/checkpoints/miniature"
LOG_EVERY = 25
SAVE_EVERY = 250
BETAS, WEIGHT_DECAY = (0.9, 0.98), 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """One training run; every field is an option of the command line."""

    stage: int
    steps: int
    out: Path
    """Where the state goes: weights, optimizers and step."""
    initial: Path | None
    """A state whose weights to start from."""
    resume: bool
    tokenizer: Path
    log: Path | None
    pictures: int
    row_length: int
    rate: float
    """Peak learning rate; a cosine falls from it to its fiftieth."""
    warmup: int
    eye_rate: float
    """Stage 2: the vision tower's learning rate, relative to the rest."""
    frozen: float
    """Stage 2: share of the steps during which the vision tower stands still."""
    patch_weight: float
    """Stage 2: weight of the patch loss beside the answers'."""
    coordinate_weight: float
    """Weight of a coordinate's token; a word's is 1."""
    rounded: int | None
    """Inputs that share a scale; the text part is then trained as its four-bit file will be."""
    fresh: float
    seed: int
    threads: int


class Trainer:
    """A network with its optimizers, step by step."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.step = 0
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        vocabulary = Vocabulary.load(settings.tokenizer)
        self.model = Miniature(build_config(vocabulary))
        self.answer_loss = AnswerLoss(
            torch.tensor(vocabulary.coordinates()),
            (vocabulary.token("<box>"), vocabulary.token("</box>")),
            vocabulary.tokenizer.get_vocab_size(),
        )
        if settings.initial:
            self.begin(settings.initial)
        if settings.rounded:
            round_text_part(self.model.network, settings.rounded)
        self.optimizers = build_optimizers(self.model, settings.rate)
        if settings.resume and settings.out.exists():
            self.restore(load_state(settings.out))

    def begin(self, initial: Path) -> None:
        """From a saved state, or a model folder; a folder lacks what judges single patches in
        training, which starts anew."""
        if initial.is_dir():
            self.model.network.load_state_dict(read_network(initial).state_dict())
        else:
            self.model.load_state_dict(load_state(initial)["model"])

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where a saved run stood."""
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.step = state["step"]

    def save(self) -> None:
        """Write the state beside its place, then move it there."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
        }
        partial = self.settings.out.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.settings.out)

    def set_rates(self) -> None:
        """Warm up, then fall along a cosine."""
        settings, done = self.settings, self.step / self.settings.steps
        rate = settings.rate * min(1.0, (self.step + 1) / settings.warmup)
        rate *= 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                slow = group["eye"] and settings.stage == 2
                group["lr"] = rate * (settings.eye_rate if slow else 1.0)

    def learn(self, batch: Batch) -> tuple[PatchScore, AnswerScore | None]:
        """One step on one batch."""
        self.set_rates()
        settings = self.settings
        frozen = settings.stage == 2 and self.step < settings.frozen * settings.steps
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.set_grad_enabled(not frozen):
                features = self.model.look(torch.from_numpy(batch.patches), batch.grid)
                seen = patch_loss(
                    self.model.patch_head(features),
                    torch.from_numpy(batch.kinds),
                    torch.from_numpy(batch.colours),
                    torch.from_numpy(batch.boxes),
                )
            said = self.answer(batch, features) if batch.rows else None
        loss = seen.loss
        if said:
            loss = said.loss if frozen else said.loss + settings.patch_weight * seen.loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return seen, said

    def answer(self, batch: Batch, features: torch.Tensor) -> AnswerScore:
        """Read a batch's rows after its pictures' features (B, N, hidden)."""
        ids = torch.from_numpy(np.stack([row.ids for row in batch.rows]))
        positions = torch.from_numpy(np.stack([row.positions for row in batch.rows], 1))
        answers = torch.from_numpy(np.stack([row.answers for row in batch.rows]))
        segments = torch.from_numpy(np.stack([row.segments for row in batch.rows]))
        pictures = self.model.picture_tokens(features)
        hidden = self.model.read(ids, pictures, positions, visible_tokens(segments))
        embeddings = self.model.network.model.language_model.embed_tokens.weight
        return self.answer_loss(hidden, embeddings, ids, answers, self.settings.coordinate_weight)


def build_optimizers(model: Miniature, rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the blocks, AdamW for everything else."""
    groups: dict[tuple[bool, bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        inner = any(part in name for part in (".blocks.", ".layers.", ".merger."))
        eye = ("visual" in name and "merger" not in name) or name.startswith("patch_head")
        decays = parameter.ndim > 1 and "embed" not in name
        key = (inner and parameter.ndim == 2, eye, decays)
        groups.setdefault(key, []).append(parameter)
    matrices: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for (matrix, eye, decays), parameters in sorted(groups.items()):
        group = {"params": parameters, "eye": eye, "weight_decay": WEIGHT_DECAY * decays}
        (matrices if matrix else others).append(group)
    return [
        torch.optim.AdamW(others, lr=rate, betas=BETAS, fused=True),
        torch.optim.Muon(matrices, lr=rate, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
    ]


def load_state(path: Path) -> dict[str, Any]:
    """A state written by `Trainer.save`."""
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state


def run(settings: Settings) -> None:
    """Train to the last step, writing a line of figures now and then."""
    trainer = Trainer(settings)
    stream = StreamSettings(
        stage=settings.stage,
        pictures=settings.pictures,
        seed=settings.seed + trainer.step,
        fresh=settings.fresh,
        row_length=settings.row_length,
        tokenizer_folder=settings.tokenizer,
        world=World(),
    )
    began, figures = time.monotonic(), []
    with BatchStream(stream) as batches:
        while trainer.step < settings.steps:
            batch = batches.next_batch()
            seen, said = trainer.learn(batch)
            words, coordinates = (said.words, said.coordinates) if said else (math.nan, math.nan)
            figures.append((seen.kind_accuracy, seen.box_error, words, coordinates))
            if trainer.step % LOG_EVERY == 0:
                write_log(settings.log, trainer, batch, figures, time.monotonic() - began)
                figures = []
            if trainer.step % SAVE_EVERY == 0:
                trainer.save()
    trainer.save()


def write_log(
    log: Path | None,
    trainer: Trainer,
    batch: Batch,
    figures: list[tuple[float, float, float, float]],
    seconds: float,
) -> None:
    """One line of means over the last steps, to the log and the terminal."""
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # none in stage 1
        means = np.nanmean(np.array(figures), 0)
    line = {
        "step": trainer.step,
        "scenes": batch.painted,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "rate": round(trainer.optimizers[0].param_groups[0]["lr"], 6),
        "kind_accuracy": round(float(means[0]), 4),
        "box_error": round(float(means[1]), 4),
    }
    if trainer.settings.stage == 2:
        line |= {"words": round(float(means[2]), 4), "coordinates": round(float(means[3]), 4)}
    print(json.dumps(line), flush=True)
    if log:
        with log.open("a") as out:
            out.write(json.dumps(line) + "\n")


def read_settings() -> Settings:
    """Settings from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--stage", type=int, choices=(1, 2), required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--initial", type=Path, help="a state or a model folder")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--tokenizer", type=Path, default=SHIPPED, help="a folder")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--pictures", type=int, default=None, help="per step: 48, stage 2: 12")
    parser.add_argument("--row-length", type=int, default=256)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=80)
    parser.add_argument("--eye-rate", type=float, default=0.15)
    parser.add_argument("--frozen", type=float, default=0.15)
    parser.add_argument("--patch-weight", type=float, default=0.5)
    parser.add_argument("--coordinate-weight", type=float, default=3.0)
    parser.add_argument("--rounded", type=int, help="group size of the four-bit text part")
    parser.add_argument("--fresh", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.pictures = options.pictures or (48 if options.stage == 1 else 12)
    return Settings(**vars(options))


if __name__ == "__main__":
    run(read_settings())
