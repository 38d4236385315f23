"""Background work on the whole library: indexes built anew or checked, the search measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet

from admin_system.knowledge_base import jobs, leases
from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.errors import EntryNotFound, JobEnded, NothingToAsk
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.models import Job, SavedQuestionSet, Topic
from admin_system.knowledge_base.services.evaluating import evaluate
from admin_system.knowledge_base.services.profiles import cancel_change
from admin_system.knowledge_base.services.question_sets import to_question_set
from admin_system.knowledge_base.services.rebuilding import rebuild_keywords, rebuild_vectors
from admin_system.knowledge_base.services.recall_check import measure_recall_of_index

Work = Callable[[Job, Hold], dict[str, object]]
TOLD_SECONDS = 0.3
"""Between two notes of the progress."""
KEYWORDS_SHARE = 0.6
"""Of a rebuilding, what the keyword index takes; the vector index has no steps to tell of."""
FOREIGN_QUESTIONS = 200


def start_rebuild() -> Job:
    return jobs.add(Job.Kind.REBUILD)


def start_check(*, repair: bool) -> Job:
    return jobs.add(Job.Kind.CHECK, wanted={"repair": repair})


def start_evaluation(
    questions: SavedQuestionSet, topic: Topic, foreign: SavedQuestionSet | None = None
) -> Job:
    """`foreign` holds questions that the topic cannot answer; they should be refused.

    Raises NothingToAsk.
    """
    if not questions.question_count:
        raise NothingToAsk("question_set_empty", name=questions.name)
    wanted: dict[str, object] = {"question_set": questions.pk, "topic": topic.pk}
    if foreign is not None:
        wanted["foreign"] = foreign.pk
    return jobs.add(Job.Kind.EVALUATE, wanted=wanted)


def cancel_library_job(job: Job) -> None:
    """At its next look. Raises JobEnded."""
    cancelled = cancel_change(job) if job.kind == Job.Kind.EMBED else jobs.cancel_job(job)
    if not cancelled:
        raise JobEnded("job_ended", id=job.pk)


def library_jobs() -> QuerySet[Job]:
    """Newest first; those of documents show on their documents."""
    return Job.objects.exclude(kind__in=leases.PROMPT).select_related("profile").order_by("-pk")


def get_library_job(number: int) -> Job:
    """Raises EntryNotFound."""
    job = library_jobs().filter(pk=number).first()
    if job is None:
        raise EntryNotFound("job_not_found", id=number)
    return job


def rebuild(job: Job, hold: Hold) -> dict[str, object]:
    """Raises EmbedderLoadError, EmbedderFault, WorkStopped."""
    tell = teller(job, hold)
    keywords = rebuild_keywords(lambda share: tell(KEYWORDS_SHARE * share))
    tell(KEYWORDS_SHARE)
    return {"keywords": keywords, "vectors": rebuild_vectors()}


def check(job: Job, hold: Hold) -> dict[str, object]:
    """Raises EmbedderLoadError, EmbedderFault, WorkStopped."""
    repair = bool(job.wanted.get("repair"))
    findings = [
        {
            "code": finding.code,
            "values": to_plain(finding.values),
            "repaired": repair and finding.repair is not None,
            "repairable": finding.repair is not None,
        }
        for finding in check_library(repair=repair, report=teller(job, hold))
    ]
    return {"findings": findings, "recall": measure_recall_of_index()}


def measure(job: Job, hold: Hold) -> dict[str, object]:
    """Raises EntryNotFound, TopicMissing, WorkStopped."""
    wanted = job.wanted
    topic = Topic.objects.filter(pk=wanted["topic"]).first()
    if topic is None:
        raise EntryNotFound("topic_number_not_found", id=wanted["topic"])
    foreign: list[str] = []
    if "foreign" in wanted:
        foreign = [question for question, _ in to_question_set(wanted["foreign"]).questions]
        foreign = foreign[:: max(1, len(foreign) // FOREIGN_QUESTIONS)]
    questions = to_question_set(wanted["question_set"])
    with_progress = teller(job, hold)
    done = evaluate(questions, topic, foreign=foreign, report=with_progress)
    falls = [
        {"figure": fall.figure, "value": fall.value, "least": round(fall.least, 4)}
        for fall in done.falls
    ]
    return {"run": done.run.pk, "falls": falls}


def teller(job: Job, hold: Hold) -> Callable[[float], None]:
    """Notes the progress now and then, and hears at each step whether to stop."""
    told = -TOLD_SECONDS

    def tell(share: float) -> None:
        nonlocal told
        hold.look()
        if time.monotonic() - told >= TOLD_SECONDS:
            told = time.monotonic()
            leases.tell_progress(job, share)

    return tell


def to_plain(values: Mapping[str, object]) -> dict[str, Any]:
    """As JSON can keep them."""
    return {
        name: value if isinstance(value, int | float | str) else str(value)
        for name, value in values.items()
    }


LIBRARY_WORK: dict[str, Work] = {
    Job.Kind.REBUILD: rebuild,
    Job.Kind.CHECK: check,
    Job.Kind.EVALUATE: measure,
}
"""By the kind of the job; each returns its `Job.result`."""
