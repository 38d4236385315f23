"""How many conversations of which length fit into the memory that a loaded model leaves."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.checkpoints.memory import require_memory
from admin_system.core.engines.local.network import Network

SHARES = {"cpu": 0.5, "cuda": 0.8}
"""Of the free memory; the rest is for the work itself, and on a computer for other programs."""
LEAST_CONTEXT = 4096
"""Tokens that a row gets before there is a second row; fewer only where the model takes fewer."""
SMALLEST = 256
"""Tokens without which a model is of no use."""


@dataclass(frozen=True, slots=True)
class Plan:
    rows: int
    length: int
    """Tokens of a row: the context length."""
    bytes: int


def plan_rows(network: Network, device: str, free: int, rows: int, context: int) -> Plan:
    """At most `rows` of at most `context` tokens, from `free` bytes of `device`.

    Rows are given up before the context falls under LEAST_CONTEXT. Raises LoadError.
    """
    usable = int(free * SHARES[device.partition(":")[0]])
    require_memory(device, network.row_bytes(min(context, SMALLEST)), usable)
    least = min(context, LEAST_CONTEXT)
    while rows > 1 and rows * network.row_bytes(least) > usable:
        rows -= 1
    length = longest(network, usable // rows, context)
    return Plan(rows, length, rows * network.row_bytes(length))


def longest(network: Network, limit: int, context: int) -> int:
    """The most tokens that a row of `limit` bytes takes, at most `context`."""
    fixed = network.row_bytes(0)
    per_token = network.row_bytes(1) - fixed
    if per_token <= 0:
        return context
    return min(context, max((limit - fixed) // per_token, SMALLEST))
