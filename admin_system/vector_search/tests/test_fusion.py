"""Ranks of two legs become one order."""

from __future__ import annotations

from admin_system.vector_search.fusion import fuse, fused_scores


def test_a_passage_that_both_legs_find_goes_before_one_that_only_one_finds() -> None:
    assert fuse([(1, 0.8), (2, 0.8)], [(2, 0.8), (3, 0.8)]) == [2, 1, 3]


def test_a_leg_that_found_little_has_little_say() -> None:
    vector = [(1, 0.9), (2, 0.3)]
    keyword = [(2, 0.1), (3, 0.1), (1, 0.05)]
    assert fuse(vector, keyword)[0] == 1


def test_equal_votes_give_the_plain_formula() -> None:
    found = fuse([(1, 1.0), (2, 1.0), (3, 1.0)], [(3, 1.0), (1, 1.0)])
    votes = {1: 1 / 61 + 1 / 62, 2: 1 / 62, 3: 1 / 63 + 1 / 61}
    assert found == sorted(votes, key=lambda id_: -votes[id_])


def test_one_ranking_keeps_its_order() -> None:
    assert fuse([(5, 0.1), (4, 0.9)]) == [5, 4]


def test_ties_are_broken_by_id() -> None:
    assert fuse([(9, 0.5), (1, 0.5)], [(1, 0.5), (9, 0.5)]) == [1, 9]
    assert fuse([(9, 0.0)], [(3, 0.0)]) == [3, 9]
    assert fuse() == []


def test_scores_fall_with_the_order_of_the_hits() -> None:
    one = [(5, 0.1), (4, 0.9), (3, 0.2)]
    two = ([(1, 0.9), (2, 0.3)], [(2, 0.1), (3, 0.1), (1, 0.05)])
    for rankings in ((one,), two):
        scores = fused_scores(*rankings)
        order = [scores[id_] for id_ in fuse(*rankings)]
        assert order == sorted(order, reverse=True)
