"""One question, two legs: the better one is never spoilt, and nothing deleted comes back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

import pytest

from admin_system.vector_search.embedder import Embedder, EmbedderSpec, Purpose, Vectors
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.errors import EmbedderFault
from admin_system.vector_search.fusion import Mode
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.rerank import Reranker
from admin_system.vector_search.searcher import Searcher, SearchRequest
from admin_system.vector_search.tests.questions import QuestionSet, hit_rate, read_set
from admin_system.vector_search.tuning import build_index

Search = Callable[[str, Mode], list[int]]


def make_searcher(
    lexical: LexicalIndex,
    passages: Sequence[str],
    embedder: Embedder,
    reranker: Reranker | None = None,
) -> Searcher:
    """Topic 0 for even places, 1 for odd ones."""
    topics = [place % 2 for place in range(len(passages))]
    lexical.add(KeywordRow(place, text, place % 2) for place, text in enumerate(passages))
    index = build_index(range(len(passages)), embedder.embed(passages), topics)
    return Searcher(lexical, index, embedder, reranker)


def reader_of(passages: Sequence[str]) -> Callable[[Sequence[int]], Mapping[int, str]]:
    return lambda ids: {id_: passages[id_] for id_ in ids}


@pytest.fixture(scope="module")
def measure(minilm: Embedder) -> Callable[[str], dict[Mode, tuple[float, float]]]:
    """hit@1 and hit@5 by mode of a question set."""

    def measure(name: str) -> dict[Mode, tuple[float, float]]:
        questions: QuestionSet = read_set(name)
        connection = sqlite3.connect(":memory:")
        lexical = LexicalIndex(connection)
        lexical.create()
        searcher = make_searcher(lexical, questions.passages, minilm)
        read = reader_of(questions.passages)
        figures: dict[Mode, tuple[float, float]] = {}
        modes: tuple[Mode, ...] = ("vector", "keyword", "hybrid")
        for mode in modes:
            answers = {
                text: [hit.id for hit in searcher.search(SearchRequest(text, 5, mode), read).hits]
                for text, _ in questions.questions
            }
            at_1, at_5 = (hit_rate(questions.questions, answers.__getitem__, n) for n in (1, 5))
            figures[mode] = at_1, at_5
        connection.close()
        return figures

    return measure


@pytest.mark.parametrize(
    ("name", "given_away"), [("xquad_en", 0.005), ("paraphrases_en", 0.03), ("paraphrases_zh", 0.0)]
)
def test_both_legs_together_find_what_the_better_one_finds(
    measure: Callable[[str], dict[Mode, tuple[float, float]]], name: str, given_away: float
) -> None:
    figures = measure(name)
    for rank in (0, 1):
        better = max(figures["vector"][rank], figures["keyword"][rank])
        assert figures["hybrid"][rank] >= better - given_away


@pytest.fixture
def pumps(lexical: LexicalIndex, hashing: Embedder) -> tuple[Searcher, list[str]]:
    passages = ["the pump seal is red", "the pump seal is blue", "lunch is at noon", "密封圈是红的"]
    return make_searcher(lexical, passages, hashing), passages


def test_scores_lie_between_zero_and_one_and_tell_their_legs(
    pumps: tuple[Searcher, list[str]],
) -> None:
    searcher, passages = pumps
    best, *_ = searcher.search(SearchRequest("the red pump seal"), reader_of(passages)).hits
    assert best.id == 0
    assert best.scores.vector is not None
    assert best.scores.keyword == pytest.approx(1)
    assert best.score == max(best.scores.vector, best.scores.keyword or 0) <= 1
    assert 0.5 < best.certainty < 1
    assert 0.5 < best.scores.vector <= 1
    (keyword, *_) = searcher.search(SearchRequest("seal", mode="keyword"), reader_of(passages)).hits
    assert keyword.scores.vector is None
    (vector, *_) = searcher.search(SearchRequest("seal", mode="vector"), reader_of(passages)).hits
    assert vector.scores.keyword is None


def test_nothing_is_said_where_nothing_reaches_the_score(
    pumps: tuple[Searcher, list[str]],
) -> None:
    searcher, passages = pumps
    read = reader_of(passages)
    assert searcher.search(SearchRequest("quarterly tax report", min_score=0.35), read).hits == ()
    assert len(searcher.search(SearchRequest("pump seal", min_score=0.35), read).hits) == 2


def test_topics_are_chosen_before_the_search_not_after(pumps: tuple[Searcher, list[str]]) -> None:
    searcher, passages = pumps
    modes: tuple[Mode, ...] = ("vector", "keyword", "hybrid")
    for mode in modes:
        request = SearchRequest("the red pump seal", 1, mode, topics=[1])
        assert [hit.id for hit in searcher.search(request, reader_of(passages)).hits] == [1]
        request = SearchRequest("the red pump seal", 1, mode, topics=[])
        assert searcher.search(request, reader_of(passages)).hits == ()


def test_what_the_database_no_longer_has_is_no_hit(pumps: tuple[Searcher, list[str]]) -> None:
    searcher, passages = pumps
    result = searcher.search(
        SearchRequest("the red pump seal", 2),
        lambda ids: {id_: passages[id_] for id_ in ids if id_ != 0},
    )
    assert 0 not in [hit.id for hit in result.hits]
    assert len(result.hits) == 2


class SilentEmbedder(Embedder):
    """Loaded, but its service has gone."""

    def load(self) -> None:  # type: ignore[override]
        inner = create_embedder(self.spec)
        self._profile = inner.load()

    def embed(self, texts: Sequence[str], purpose: Purpose = "document") -> Vectors:
        raise EmbedderFault("embedder_unreachable", retry=True)


def test_words_are_searched_while_the_embedder_is_silent(
    lexical: LexicalIndex, hashing: Embedder
) -> None:
    passages = ["the pump seal", "lunch"]
    make_searcher(lexical, passages, hashing)
    silent = SilentEmbedder(EmbedderSpec(kind="hash", dim=128))
    silent.load()
    index = build_index(range(2), hashing.embed(passages))
    searcher = Searcher(lexical, index, silent)
    result = searcher.search(SearchRequest("pump"), reader_of(passages))
    assert [hit.id for hit in result.hits] == [0]
    assert result.left_out == "failed"
    with pytest.raises(EmbedderFault):
        searcher.search(SearchRequest("pump", mode="vector"), reader_of(passages))
    assert Searcher(lexical).search(SearchRequest("pump"), reader_of(passages)).hits == result.hits


def test_a_question_that_the_model_cannot_read_is_answered_by_words(
    lexical: LexicalIndex, minilm: Embedder
) -> None:
    passages = ["The pump seal is red.", "水泵的密封圈是红的。"]
    searcher = make_searcher(lexical, passages, minilm)
    result = searcher.search(SearchRequest("密封圈是什么颜色"), reader_of(passages))
    assert result.left_out == "unread"
    assert [(hit.id, hit.scores.vector) for hit in result.hits] == [(1, None)]


class LongestFirst(Reranker):
    def load(self) -> None:
        return

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        return [len(text) / 1000 for text in texts]


def test_a_reranker_has_the_last_word_on_the_order(
    lexical: LexicalIndex, hashing: Embedder
) -> None:
    passages = ["pump", "pump and a seal", "pump of the hall, seldom used"]
    searcher = make_searcher(lexical, passages, hashing, LongestFirst())
    hits = searcher.search(SearchRequest("pump"), reader_of(passages)).hits
    assert [hit.id for hit in hits] == [2, 1, 0]


@pytest.mark.parametrize("field", [{"limit": 0}, {"min_score": 1.5}])
def test_a_request_that_makes_no_sense_is_refused(field: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="should be"):
        SearchRequest("pump", **field)  # type: ignore[arg-type]
