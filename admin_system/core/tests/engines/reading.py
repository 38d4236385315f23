"""A network on its own, without the engine's loop around it."""

from __future__ import annotations

from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.prompt import Prompt


class Reading:
    """One conversation in one row, read by greedy choice."""

    def __init__(self, network: Network, prompt: Prompt, row: int = 0, chunk: int = 0) -> None:
        """`chunk` tokens of the prompt at a time; 0 reads it in one pass."""
        self.network = network
        self.row = row
        self.prompt_tokens = prompt.tokens
        self.tokens: list[int] = prompt.ids[0].tolist()
        self.read = network.begin(row, prompt)
        while self.read < len(self.tokens):
            end = min(self.read + (chunk or len(self.tokens)), len(self.tokens))
            network.see(row, self.read, end)
            part = Part(row, self.read, self.tokens[self.read : end], end == len(self.tokens))
            self.logits = network.run([part])
            self.read = end
        self.tokens.append(int(self.logits[0].argmax()))

    @property
    def answer(self) -> list[int]:
        return self.tokens[self.prompt_tokens :]

    def next_part(self) -> Part:
        return Part(self.row, self.read, self.tokens[self.read :])

    def step(self) -> None:
        self.logits = self.network.run([self.next_part()])
        self.read += 1
        self.tokens.append(int(self.logits[0].argmax()))


def write(network: Network, prompt: Prompt, count: int, *, row: int = 0) -> list[int]:
    """The first `count` tokens of the answer."""
    import torch

    with torch.inference_mode():
        reading = Reading(network, prompt, row)
        while len(reading.answer) < count:
            reading.step()
    return reading.answer
