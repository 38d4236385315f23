"""Training batches, drawn in a process of their own so that painting and learning overlap."""

import multiprocessing
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Full

import numpy as np
from pictures import Grid, cut_patches, grid_of, patch_truth
from rows import PackedRow, RowPacker
from scenes import make_scene
from vocabulary import Vocabulary
from world import Shape, World

POOL_SIZE = 12_000
"""Scenes kept for being shown again; 60 kB each."""

Example = tuple[np.ndarray, tuple[Shape, ...]]
"""Patches (N, 588) and the shapes of one scene."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures of one grid, and for stage 2 the rows of questions about them."""

    grid: Grid
    patches: np.ndarray
    """uint8 (B, N, 588)."""
    kinds: np.ndarray
    """(B, N), with `colours` (B, N) and `boxes` (B, N, 4), as `patch_truth` gives them."""
    colours: np.ndarray
    boxes: np.ndarray
    rows: tuple[PackedRow, ...]
    """Empty in stage 1; else every picture stands in just one row, in order."""
    painted: int
    """Scenes painted so far; the rest were shown before."""


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """What a stream of batches is made of."""

    stage: int
    pictures: int
    """Pictures a batch."""
    seed: int
    fresh: float
    """Share of pictures that were never shown before."""
    row_length: int
    tokenizer_folder: Path
    world: World


class ScenePool:
    """Scenes sorted by patch grid, newly painted ones mixed with ones shown before."""

    def __init__(self, source: random.Random, settings: StreamSettings) -> None:
        self.source = source
        self.settings = settings
        self.waiting: defaultdict[Grid, list[Example]] = defaultdict(list)
        self.shown: defaultdict[Grid, list[Example]] = defaultdict(list)
        self.painted = 0

    def draw(self, count: int) -> tuple[Grid, list[Example]]:
        """`count` scenes of one grid; grids come as often as pictures of their shape do."""
        needed = max(1, round(count * self.settings.fresh))
        while True:
            scene = make_scene(self.source, self.settings.world)
            grid = grid_of(scene.picture.size)
            self.waiting[grid].append((cut_patches(scene.picture), scene.shapes))
            self.painted += 1
            old = self.shown[grid]
            if len(self.waiting[grid]) + min(len(old), count - needed) >= count:
                break
        fresh, self.waiting[grid] = self.waiting[grid], []
        chosen = fresh + self.source.sample(old, count - len(fresh))
        self.keep(grid, fresh)
        self.source.shuffle(chosen)
        return grid, chosen

    def keep(self, grid: Grid, fresh: list[Example]) -> None:
        """Remember scenes; each grid may hold a share of the pool as large as its traffic."""
        old = self.shown[grid]
        full = sum(len(examples) for examples in self.shown.values()) >= POOL_SIZE
        for example in fresh:
            if full and old:
                old[self.source.randrange(len(old))] = example
            else:
                old.append(example)


def make_batches(settings: StreamSettings) -> Iterator[Batch]:
    """Batches without end; the same settings give the same batches."""
    source = random.Random(settings.seed)
    pool = ScenePool(source, settings)
    packer = None
    if settings.stage == 2:
        vocabulary = Vocabulary.load(settings.tokenizer_folder)
        packer = RowPacker(source, vocabulary, settings.row_length)
    while True:
        grid, examples = pool.draw(settings.pictures)
        truths = [patch_truth(shapes, grid) for _, shapes in examples]
        kinds, colours, boxes = (np.stack(parts) for parts in zip(*truths, strict=True))
        rows = packer.pack(grid, [shapes for _, shapes in examples]) if packer else ()
        patches = np.stack([patches for patches, _ in examples])
        yield Batch(grid, patches, kinds, colours, boxes, rows, pool.painted)


class BatchStream:
    """A process that makes batches ahead of the trainer; use it in a `with` statement."""

    def __init__(self, settings: StreamSettings) -> None:
        context = multiprocessing.get_context("spawn")
        self.queue: multiprocessing.Queue[Batch] = context.Queue(maxsize=12)
        self.process = context.Process(target=feed, args=(settings, self.queue), daemon=True)

    def __enter__(self) -> "BatchStream":
        self.process.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.join()
        self.queue.cancel_join_thread()

    def next_batch(self) -> Batch:
        """The next batch. Raises RuntimeError when the painter has died."""
        while True:
            try:
                return self.queue.get(timeout=10)
            except Empty:
                if not self.process.is_alive():
                    raise RuntimeError("the process that paints scenes has stopped") from None


def feed(settings: StreamSettings, queue: "multiprocessing.Queue[Batch]") -> None:
    """Body of the painting process, which ends when the trainer is gone."""
    trainer = multiprocessing.parent_process()
    for batch in make_batches(settings):
        while True:
            try:
                queue.put(batch, timeout=10)
                break
            except Full:
                if trainer is None or not trainer.is_alive():
                    return
