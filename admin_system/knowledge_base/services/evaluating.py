"""How well the search finds: a set of questions asked of a topic, in figures that are kept."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.errors import TopicMissing
from admin_system.knowledge_base.models import Passage, RetrievalRun, Topic
from admin_system.knowledge_base.question_sets import QuestionSet, bare, is_part
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.searching import (
    ENOUGH,
    PassageHits,
    search_passages,
)
from admin_system.vector_search.errors import SearchError
from admin_system.vector_search.fusion import Mode

MODES: tuple[Mode, ...] = ("hybrid", "keyword", "vector")
DEPTH = 10
"""Hits that are looked at for each question."""
TOLERANCE = 0.005
"""What a figure may lose against the former run without being told."""

Figures = dict[str, float]
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Fall:
    """A figure that is lower than it should be."""

    figure: str
    """`leg.figure`, for example hybrid.hit@5."""
    value: float
    least: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    run: RetrievalRun
    former: RetrievalRun | None = None
    """The one before it of the same set and topic."""
    falls: tuple[Fall, ...] = field(default=())
    """Below what was asked for, or below the former run by more than TOLERANCE."""


def add_question_set(questions: QuestionSet, topic: Topic) -> int:
    """Each paragraph becomes a document of the topic, where it is not there yet; the jobs that
    this makes are for a worker. Returns how many are new."""
    added = 0
    for place, paragraph in enumerate(questions.paragraphs):
        _, is_new = add_text(NewDocument(topic, f"{questions.name}/{place:05}.txt"), paragraph)
        added += is_new
    return added


def evaluate(
    questions: QuestionSet,
    topic: Topic,
    *,
    foreign: Sequence[str] = (),
    least: Mapping[str, float] | None = None,
    report: Report = lambda _: None,
) -> Evaluation:
    """Asks every question in every mode and keeps the figures. Blocks for minutes.

    `foreign` are questions that the topic cannot answer; they should be refused. `least` maps
    `leg.figure` to what it must reach. Raises TopicMissing where the topic holds no passage.
    """
    if not Passage.objects.filter(document__topic=topic, live=True, enabled=True).exists():
        raise TopicMissing("topic_holds_nothing", topic=topic.name)
    paragraphs = [bare(text) for text in questions.paragraphs]
    steps = len(MODES) + bool(foreign)
    figures: dict[str, Figures] = {}
    answered: list[bool] = []
    for step, mode in enumerate(MODES):
        ranks, seconds = [], []
        for done, (question, place) in enumerate(questions.questions):
            report((step + done / len(questions.questions)) / steps)
            begin = time.perf_counter()
            try:
                found = search(question, topic, mode)
            except SearchError:  # no model for this leg
                break
            seconds.append(time.perf_counter() - begin)
            ranks.append(find_rank(found, paragraphs[place]))
            if mode == "hybrid":
                answered.append(is_answered(found))
        if len(ranks) == len(questions.questions):
            figures[mode] = measure(ranks, seconds)
    refusals: Figures = {"least_certainty": ENOUGH, "answered": share(answered)}
    if foreign:
        refused = []
        for done, question in enumerate(foreign):
            report((len(MODES) + done / len(foreign)) / steps)
            refused.append(not is_answered(search(question, topic, "hybrid")))
        refusals |= {"refused": share(refused), "foreign": len(foreign)}
    return keep(questions, topic, {**figures, "answers": refusals}, least or {})


def search(question: str, topic: Topic, mode: Mode) -> PassageHits:
    return search_passages(query=question, topics=[topic.pk], limit=DEPTH, mode=mode)


def is_answered(found: PassageHits) -> bool:
    return any(hit.certainty >= ENOUGH for hit in found.hits)


def find_rank(found: PassageHits, paragraph: str) -> float:
    """From 1; infinite where none of the hits comes from the paragraph."""
    for rank, hit in enumerate(found.hits, start=1):
        if is_part(bare(hit.passage.text), paragraph):
            return rank
    return math.inf


def measure(ranks: Sequence[float], seconds: Sequence[float]) -> Figures:
    """One paragraph is right, so that the ideal gain of nDCG is 1."""
    return {
        "hit@1": share([rank <= 1 for rank in ranks]),
        "hit@5": share([rank <= 5 for rank in ranks]),
        "mrr": round(statistics.fmean(1 / rank for rank in ranks), 4),
        "ndcg@10": round(statistics.fmean(1 / math.log2(1 + rank) for rank in ranks), 4),
        "p50_ms": round(statistics.median(seconds) * 1e3, 2),
    }


def share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4) if found else 0.0


def keep(
    questions: QuestionSet,
    topic: Topic,
    figures: dict[str, Figures],
    least: Mapping[str, float],
) -> Evaluation:
    former = RetrievalRun.objects.filter(question_set=questions.name, topic=topic.name).first()
    profile = current_profile()
    run = RetrievalRun.objects.create(
        question_set=questions.name,
        topic=topic.name,
        profile_key=profile.key if profile else "",
        questions=len(questions.questions),
        figures=figures,
    )
    limits = {**(dict(former_limits(former, run)) if former else {}), **least}
    falls = [
        Fall(name, value, limit)
        for name, limit in limits.items()
        if (value := find_figure(run, name)) < limit
    ]
    return Evaluation(run, former, tuple(falls))


def former_limits(former: RetrievalRun, run: RetrievalRun) -> Iterator[tuple[str, float]]:
    """What the fused ranking, which people get, must reach; of as many questions only."""
    if former.questions != run.questions:
        return
    for name in ("hit@1", "hit@5", "mrr", "ndcg@10"):
        yield f"hybrid.{name}", find_figure(former, f"hybrid.{name}") - TOLERANCE


def find_figure(run: RetrievalRun, name: str) -> float:
    """`leg.figure` of a run; 0 where that leg took no part."""
    leg, _, figure = name.partition(".")
    return float(run.figures.get(leg, {}).get(figure, 0.0))
