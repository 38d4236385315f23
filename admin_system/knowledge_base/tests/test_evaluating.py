"""Measuring the search: right figures, kept, compared, and a falling one ends with a fault."""

from __future__ import annotations

import json
import math
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from admin_system.knowledge_base.errors import QuestionSetUnreadable, TopicMissing
from admin_system.knowledge_base.models import Passage, RetrievalRun, Topic
from admin_system.knowledge_base.question_sets import QuestionSet, read_question_set
from admin_system.knowledge_base.services.evaluating import evaluate, measure

ROWS = [
    {
        "passage": "密封圈每四十一天更换一次。",
        "questions": ["密封圈多久更换？", "多久更换密封圈？"],
    },
    {"passage": "The oil is changed every May.", "questions": ["When is the oil changed?"]},
    {"passage": "冷柜温度不得高于零下二十七度。", "questions": ["冷柜温度最高多少度？"]},
]
STRANGE = [{"passage": "月亮", "question": "月球背面有多少座环形山？"}]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    return path


def run(*arguments: object) -> str:
    out = StringIO()
    with override("en"):
        call_command("evaluate_retrieval", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_figures_are_those_of_the_definitions() -> None:
    figures = measure([1, 2, 6, math.inf], [0.001, 0.002, 0.003, 0.1])
    assert figures["hit@1"] == 0.25
    assert figures["hit@5"] == 0.5
    assert figures["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 6) / 4, abs=1e-4)
    assert figures["ndcg@10"] == pytest.approx(
        (1 + 1 / math.log2(3) + 1 / math.log2(7)) / 4, abs=1e-4
    )
    assert figures["p50_ms"] == 2.5


def test_both_layouts_are_read_and_anything_else_is_refused(tmp_path: Path, file: Path) -> None:
    squad = {"data": [{"paragraphs": [{"context": "c", "qas": [{"question": "q"}]}]}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad))
    assert read_question_set(path) == QuestionSet("squad", ("c",), (("q", 0),))
    assert [place for _, place in read_question_set(file).questions] == [0, 0, 1, 2]
    for broken in ("", "[]", '{"data": 1}', '[{"passage": "x"}]', "[1]"):
        path.write_text(broken)
        with pytest.raises(QuestionSetUnreadable):
            read_question_set(path)


def test_a_set_is_added_asked_and_its_figures_kept(
    library: Topic, file: Path, tmp_path: Path
) -> None:
    strange = tmp_path / "strange.json"
    strange.write_text(json.dumps(STRANGE), encoding="utf-8")
    said = run(file, "--add", "--foreign", strange, "--least", "hybrid.hit@5=1", "keyword.mrr=0.9")
    assert "| hybrid | 1.000 | 1.000 |" in said
    assert "Refused: 100.0% of 1 questions" in said
    (kept,) = RetrievalRun.objects.all()
    assert (kept.question_set, kept.topic, kept.questions) == ("small", "small", 4)
    assert set(kept.figures) == {"hybrid", "keyword", "vector", "answers"}
    assert kept.figures["answers"]["answered"] > 0
    run(file, "--add")
    assert Passage.objects.count() == 3, "what is there is not added again"


def test_a_figure_that_falls_ends_with_a_fault(library: Topic, file: Path) -> None:
    run(file, "--add")
    with pytest.raises(CommandError, match=r"hybrid\.mrr is 1\.0000, below 1\.5000"):
        run(file, "--least", "hybrid.mrr=1.5")
    Passage.objects.filter(text__contains="oil").update(enabled=False)
    with pytest.raises(CommandError, match=r"hybrid\.hit@5 is 0\.7500, below 0\.9950"):
        run(file)
    assert "0.750 |" in run(file), "it is compared with the one before, and that has fallen too"


def test_what_cannot_be_measured_is_said(library: Topic, file: Path) -> None:
    with pytest.raises(CommandError, match="There is no topic nowhere"):
        run(file, "--topic", "nowhere")
    with pytest.raises(TopicMissing):
        evaluate(read_question_set(file), library)
