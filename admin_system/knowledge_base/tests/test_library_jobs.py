"""Work on the whole library as jobs: with progress, a result, and a way to call it off."""

from __future__ import annotations

import pytest

from admin_system.knowledge_base import jobs, leases
from admin_system.knowledge_base.errors import (
    EntryNotFound,
    JobEnded,
    NameTaken,
    NothingToAsk,
    QuestionSetUnreadable,
)
from admin_system.knowledge_base.hold import WorkStopped
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_rows
from admin_system.knowledge_base.models import Job, Passage, RetrievalRun, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.library_jobs import (
    cancel_library_job,
    start_check,
    start_evaluation,
    start_rebuild,
)
from admin_system.knowledge_base.services.question_sets import (
    add_question,
    save_question_set,
    to_question_set,
)
from admin_system.knowledge_base.services.rebuilding import rebuild_keywords
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work

TEXTS = {
    "水泵": "水泵的轴承每周检查一次。",
    "风机": "风机的叶片每月清洗一次。",
    "锅炉": "锅炉的压力不得超过两兆帕。",
}


@pytest.fixture
def filled(library: Topic, work: Work) -> Topic:
    """Three documents, ready."""
    for title, text in TEXTS.items():
        add_text(NewDocument(library, title), text)
    work()
    return library


def ended(job: Job, work: Work) -> Job:
    work()
    job.refresh_from_db()
    return job


def test_a_rebuilding_tells_what_the_indexes_hold(filled: Topic, work: Work) -> None:
    (passage, *_) = Passage.objects.filter(live=True)
    keyword_index().remove(to_keyword_rows([passage], filled.pk))
    job = start_rebuild()
    assert start_rebuild().pk == job.pk
    job = ended(job, work)
    assert (job.state, job.progress) == (Job.State.DONE, 1.0)
    assert job.result == {"keywords": 3, "vectors": 3}
    assert search_passages(query=passage.text, mode="keyword").hits[0].passage == passage


def test_a_check_names_what_is_wrong_and_puts_it_right(filled: Topic, work: Work) -> None:
    rows = to_keyword_rows(Passage.objects.filter(live=True), filled.pk)
    keyword_index().remove(rows[:1])
    for repair, repaired in ((False, False), (True, True)):
        job = ended(start_check(repair=repair), work)
        (finding,) = job.result["findings"]
        assert finding["code"] == "check_keywords_differ"
        assert finding["values"] == {"lacking": 1, "foreign": 0}
        assert (finding["repaired"], finding["repairable"]) == (repaired, True)
    assert ended(start_check(repair=False), work).result["findings"] == []


def test_questions_are_gathered_and_asked(filled: Topic, work: Work) -> None:
    saved = save_question_set("泵站", [])
    with pytest.raises(NothingToAsk):
        start_evaluation(saved, filled)
    for title, question in (("水泵", "轴承多久检查？"), ("锅炉", "压力最高多少？")):
        passage = Passage.objects.get(document__title=title, live=True)
        saved = add_question(saved, question, passage)
    saved = add_question(saved, "压力最高多少？", passage)
    assert (saved.question_count, saved.paragraph_count) == (2, 2)
    job = ended(start_evaluation(saved, filled), work)
    assert job.state == Job.State.DONE, job.error_code
    run = RetrievalRun.objects.get(pk=job.result["run"])
    assert (run.question_set, run.questions) == ("泵站", 2)
    assert run.figures["keyword"]["hit@5"] == 1.0


def test_a_set_is_read_as_the_command_reads_it(library: Topic) -> None:
    content = [{"passage": "甲。", "questions": ["甲？", "甲吗？"]}]
    saved = save_question_set("甲", content)
    assert to_question_set(saved.pk).questions == (("甲？", 0), ("甲吗？", 0))
    with pytest.raises(NameTaken):
        save_question_set("甲", content)
    unreadable: tuple[object, ...] = (
        {},
        [{"question": "?"}],
        "text",
        3,
        [{"passage": "x", "questions": []}],
    )
    for broken in unreadable:
        with pytest.raises(QuestionSetUnreadable):
            save_question_set("乙", broken)


def test_a_topic_that_went_meanwhile_fails_the_measurement(filled: Topic, work: Work) -> None:
    saved = save_question_set("甲", [{"passage": "甲。", "question": "甲？"}])
    job = start_evaluation(saved, filled)
    saved.delete()
    job = ended(job, work)
    assert (job.state, job.error_code) == (Job.State.FAILED, "question_set_not_found")
    with pytest.raises(EntryNotFound):
        to_question_set(saved.pk or 0)


def test_work_is_called_off_before_it_begins_and_not_after_it_ended(
    filled: Topic, work: Work
) -> None:
    job = start_rebuild()
    cancel_library_job(job)
    assert ended(job, work).state == Job.State.CANCELLED
    job = ended(start_rebuild(), work)
    with pytest.raises(JobEnded):
        cancel_library_job(job)


def test_a_rebuilding_that_is_stopped_leaves_the_index_as_it_was(filled: Topic) -> None:
    before = keyword_index().ids()

    def stop(_: float) -> None:
        raise WorkStopped

    with pytest.raises(WorkStopped):
        rebuild_keywords(stop)
    assert keyword_index().ids() == before
    assert rebuild_keywords() == 3


def test_a_check_waits_for_a_rebuilding(filled: Topic) -> None:
    rebuilding, checking = start_rebuild(), start_check(repair=False)
    held = leases.claim("here", can_see=False)
    assert held is not None
    assert held.pk == rebuilding.pk
    assert leases.claim("there", can_see=False) is None
    leases.settle(held, leases.Outcome("done"))
    taken = leases.claim("there", can_see=False)
    assert taken is not None
    assert taken.pk == checking.pk
    jobs.cancel_job(taken)
