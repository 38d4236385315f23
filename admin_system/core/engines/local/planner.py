"""How many conversations of which length fit into the memory that a loaded model leaves."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.checkpoints.memory import require_memory
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement, free_memory
from admin_system.core.engines.local.prompt import Preparation
from admin_system.core.types import PixelBudget

SHARES = {"cpu": 0.5, "cuda": 0.8}
"""Of the free memory; the rest is for the work itself, and on a computer for other programs."""
LEAST_CONTEXT = 4096
"""Tokens that a row gets before there is a second row; fewer only where the model takes fewer."""
GRAPH_SHARE = 0.2
"""Of the free memory at most, for the graphs of steps: answers go on without them, too."""
PICTURE_SHARE = 0.75
"""Of a conversation's tokens that one picture may take; the rest is for words."""
SEEING_SHARE = 0.5
"""Of the memory beside the rows that looking at one picture may take."""
SMALLEST = 256
"""Tokens without which a model is of no use."""


@dataclass(frozen=True, slots=True)
class Plan:
    rows: int
    length: int
    """Tokens of a row: the context length."""
    bytes: int


def share_memory(
    network: Network, preparation: Preparation, placement: Placement, *, rows: int, context: int
) -> Plan:
    """Makes the rows of a network that is loaded, and tells its preparation what they and the
    pictures may take: of what is free first the graphs of steps, then the rows, then pictures.

    At most `rows` of at most `context` tokens. Raises LoadError.
    """
    free = free_memory(placement.device)
    free -= min(network.step_bytes(rows, context), int(GRAPH_SHARE * free))
    plan = plan_rows(network, placement.device, free, rows, context)
    network.reserve(plan.rows, plan.length)
    preparation.context_length = plan.length
    if preparation.budget is not None:
        apart = placement.visual_device != placement.device
        preparation.budget = plan_pixels(
            preparation.budget,
            token_area=preparation.token_area,
            length=plan.length,
            left=free_memory(placement.visual_device) if apart else free - plan.bytes,
            pixel_bytes=network.pixel_bytes,
        )
    return plan


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


def plan_pixels(
    budget: PixelBudget, *, token_area: int, length: int, left: int, pixel_bytes: float
) -> PixelBudget:
    """The budget, but no more than one conversation and the memory take; never below its least.

    `token_area` is in pixels, `length` in tokens of a row; `left` are the bytes that the rows leave
    where the vision tower runs, `pixel_bytes` what it takes for each pixel, 0 where nobody knows.
    """
    most = min(budget.max_pixels, int(PICTURE_SHARE * length) * token_area)
    if pixel_bytes:
        most = min(most, int(SEEING_SHARE * max(left, 0) / pixel_bytes))
    return PixelBudget(budget.min_pixels, max(budget.min_pixels, most))
