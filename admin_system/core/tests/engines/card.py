"""What captured steps ask of torch.cuda, on the processor: graphs that hold operators and places.

As on a card a replay runs the operators of the capture again, on the memory that they had then, and
no Python; and what lies in a graph's own memory is gone when another one has run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from admin_system.core.engines.local import captured_step


@dataclass(frozen=True, slots=True)
class Launch:
    func: Any
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    results: list[Tensor]
    """New ones; what lies in the memory of an argument is not among them."""


class Graph(TorchDispatchMode):
    """Between `with` it is captured."""

    def __init__(self) -> None:
        super().__init__()
        self._launches: list[Launch] = []

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        given = {place_of(one) for one in tree_leaves((args, kwargs)) if isinstance(one, Tensor)}
        results = [one for one in tree_leaves(result) if isinstance(one, Tensor)]
        new = [one for one in results if place_of(one) not in given]
        if new or func._schema.is_mutable:
            self._launches.append(Launch(func, args, kwargs, new))
        return result

    def replay(self) -> None:
        for launch in self._launches:
            result = launch.func(*launch.args, **launch.kwargs)
            if launch.results:
                for mine, other in zip(launch.results, tree_leaves(result), strict=True):
                    mine.copy_(other)
        self.spoil()

    def spoil(self) -> None:
        """Other graphs have the same memory."""
        for launch in self._launches:
            for one in launch.results:
                one.fill_(torch.nan if one.is_floating_point() else 1)


def place_of(tensor: Tensor) -> int:
    place: int = tensor.untyped_storage().data_ptr()
    return place


class Line:
    """A stream."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wait_stream(self, other: Line) -> None:
        """Nothing runs beside here."""


class Card:
    """In the place of torch.cuda in `captured_step`."""

    CUDAGraph = Graph

    def __init__(self) -> None:
        self.current = Line("main")
        self.captured_on: list[tuple[object, str]] = []
        """Pool and stream of each capture."""

    def Stream(self, _device: torch.device) -> Line:  # noqa: N802
        return Line("beside")

    def graph_pool_handle(self) -> tuple[int, int]:
        return (0, 7)

    def current_stream(self, _device: torch.device) -> Line:
        return self.current

    def device(self, _device: torch.device) -> AbstractContextManager[None]:
        return nullcontext()

    @contextmanager
    def stream(self, stream: Line) -> Iterator[None]:
        before, self.current = self.current, stream
        try:
            yield
        finally:
            self.current = before

    @contextmanager
    def graph(
        self, graph: Graph, *, pool: object, stream: Line, capture_error_mode: str
    ) -> Iterator[None]:
        """One that fails half-way leaves its stream behind as the current one, as torch's does."""
        assert capture_error_mode == "thread_local"
        self.captured_on.append((pool, stream.name))
        before, self.current = self.current, stream
        with graph:
            yield
        graph.spoil()
        self.current = before


def install(patch: pytest.MonkeyPatch) -> Card:
    card = Card()
    names = {name: getattr(torch, name) for name in ("Tensor", "device")}
    patch.setattr(captured_step, "torch", SimpleNamespace(cuda=card, **names))
    return card
