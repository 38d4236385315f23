"""Steps over lanes see and store what passes without padding do, whoever is idle."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from admin_system.core.networks.host_reads import HostRead, NoHostReads
from admin_system.core.networks.kv_store import KVShape, KVStore
from admin_system.core.networks.lanes import (
    Bucket,
    Lanes,
    LaneToken,
    attend_lanes,
    choose_bucket,
)
from admin_system.core.networks.packed import Pass, Stretch, attend

SHAPE = KVShape(layers=1, heads=2, width=8)
ROWS, CAPACITY, QUERIES = 6, 40, 4


def filled_store(spare: int) -> KVStore:
    torch.manual_seed(0)
    store = KVStore(SHAPE, rows=ROWS, capacity=CAPACITY, dtype=torch.float32, spare=spare)
    for tensor in (*store.keys, *store.values):
        tensor[:, :, :CAPACITY] = torch.randn(ROWS, SHAPE.heads, CAPACITY, SHAPE.width)
    return store


def place(starts: dict[int, int]) -> list[LaneToken]:
    return [LaneToken(row, start, 1, (0, 0, 0)) for row, start in sorted(starts.items())]


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(
        st.integers(0, ROWS - 1), st.integers(0, CAPACITY - 1), min_size=1, max_size=ROWS
    ),
    st.integers(1, CAPACITY),
)
def test_lanes_see_and_store_what_packed_tokens_do(starts: dict[int, int], shortest: int) -> None:
    tokens = place(starts)
    bucket = choose_bucket(tokens, ROWS, CAPACITY, shortest)
    rows = [token.row for token in tokens]
    window = range(ROWS)[bucket.rows]
    assert {*rows} <= {*window}
    places = [row - bucket.first for row in rows]
    assert bucket.length > max(starts.values())
    queries = torch.randn(len(rows), QUERIES, SHAPE.width)
    keys, values = torch.randn(2, len(rows), SHAPE.heads, SHAPE.width)

    ordinary = filled_store(0)
    plan = Pass.plan([Stretch(one.row, one.start, 1) for one in tokens], torch.float32, "cpu")
    expected = attend(plan, ordinary.layer(0), queries, keys, values)

    store = filled_store(1)
    lanes = Lanes(bucket, CAPACITY, "cpu")
    lanes.fill(place(dict.fromkeys(window, 3)))  # what was there before is gone
    lanes.fill(tokens)

    def spread(states: Tensor) -> Tensor:
        whole = torch.randn(bucket.lanes, *states.shape[1:])
        whole[places] = states
        return whole

    seen = attend_lanes(
        lanes.plan(torch.float32), store.layer(0), spread(queries), spread(keys), spread(values)
    )
    assert seen.isfinite().all()
    torch.testing.assert_close(seen[places], expected)
    for mine, theirs in zip(store.layer(0), ordinary.layer(0), strict=True):
        assert torch.equal(mine[:, :, :CAPACITY], theirs)


def test_an_idle_lane_of_an_empty_store_gives_numbers() -> None:
    store = KVStore(SHAPE, rows=2, capacity=CAPACITY, dtype=torch.float32, spare=1)
    lanes = Lanes(Bucket(0, 2, CAPACITY), CAPACITY, "cpu")
    lanes.fill(place({1: 0}))
    states = torch.randn(2, SHAPE.heads, SHAPE.width)
    plan = lanes.plan(torch.float32)
    seen = attend_lanes(plan, store.layer(0), states, states, states)
    assert seen.isfinite().all()
    assert not store.keys[0][0, :, :CAPACITY].any()


def test_a_bucket_takes_all_that_reach_less_far() -> None:
    def choose(starts: dict[int, int]) -> Bucket:
        return choose_bucket(place(starts), rows=14, capacity=1000)

    assert choose({0: 0}) == Bucket(0, 1, 256)
    assert choose({13: 255}) == Bucket(13, 1, 256)
    assert choose({0: 255, 2: 3}) == Bucket(0, 4, 256)
    assert choose({4: 256, 5: 1}) == Bucket(4, 2, 512)
    assert choose({7: 0, 8: 999}) == Bucket(0, 14, 1000)
    assert choose({9: 512, 12: 3}) == Bucket(8, 6, 1000)


@pytest.mark.parametrize(
    "work",
    [
        lambda x: x.sum().item(),
        lambda x: x[x > 0],
        lambda x: x.nonzero(),
        lambda x: x + torch.tensor([1.0, 2.0, 3.0]),
        lambda x: x.masked_select(x > 0),
    ],
)
def test_work_that_waits_for_values_is_told(work: object) -> None:
    assert callable(work)
    with pytest.raises(HostRead), NoHostReads(torch.device("cpu")):
        work(torch.randn(3))
