"""`manage.py evaluate_retrieval SET.json`: hit rates per leg and fused, kept and compared."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from admin_system.core.management.spoken import SpokenCommand, quiet_console
from admin_system.core.types import LoadProgress
from admin_system.knowledge_base.errors import KnowledgeError, TopicMissing
from admin_system.knowledge_base.models import RetrievalRun, Topic
from admin_system.knowledge_base.question_sets import QuestionSet, read_question_set
from admin_system.knowledge_base.services.evaluating import (
    Evaluation,
    add_question_set,
    evaluate,
    find_figure,
)
from admin_system.knowledge_base.worker import Worker

COLUMNS = ("hit@1", "hit@5", "mrr", "ndcg@10", "p50_ms")
LEGS = ("hybrid", "keyword", "vector")
FOREIGN_QUESTIONS = 200


def to_least(text: str) -> tuple[str, float]:
    """`hybrid.hit@5=0.98`; a bare number is about hybrid.hit@5."""
    name, _, value = text.rpartition("=")
    try:
        return name or "hybrid.hit@5", float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: [leg.figure=]number") from None


class Command(SpokenCommand):
    help = "Asks a set of questions of a topic and tells how often the right passage is found."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", metavar="SET.json", type=Path)
        parser.add_argument("--topic", help="name; without it, the name of the set")
        parser.add_argument("--add", action="store_true", help="add the set's paragraphs first")
        parser.add_argument("--foreign", type=Path, help="a set whose questions must be refused")
        parser.add_argument(
            "--least", nargs="+", type=to_least, default=[], metavar="[LEG.FIGURE=]LEAST"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with quiet_console():
            try:
                questions = read_question_set(options["set"])
                topic = self._find_topic(options["topic"] or questions.name, add=options["add"])
                if options["add"]:
                    self._add(questions, topic)
                done = evaluate(
                    questions,
                    topic,
                    foreign=read_foreign(options["foreign"]),
                    least=dict(options["least"]),
                    report=lambda share: self.show_progress(
                        LoadProgress("stage_asking_questions", share)
                    ),
                )
            except KnowledgeError as error:
                self.end_line()
                raise CommandError(self.say(error.code, **error.values)) from error
        self.end_line()
        self._show(done)

    def _find_topic(self, name: str, *, add: bool) -> Topic:
        """Raises TopicMissing."""
        if add:
            return Topic.objects.get_or_create(name=name)[0]
        topic = Topic.objects.filter(name=name).first()
        if topic is None:
            raise TopicMissing("topic_missing", topic=name)
        return topic

    def _add(self, questions: QuestionSet, topic: Topic) -> None:
        """Whatever else is queued is worked on as well."""
        add_question_set(questions, topic)
        Worker().run(until_empty=True)

    def _show(self, done: Evaluation) -> None:
        """Raises CommandError for a figure that has fallen."""
        self.stdout.write("| | " + " | ".join(COLUMNS) + " |\n| --- |" + " --- |" * len(COLUMNS))
        for leg in LEGS:
            if leg in done.run.figures:
                self.stdout.write(f"| {leg} | {row_of(done.run, done.former, leg)} |")
        answers = done.run.figures["answers"]
        least = answers["least_certainty"]
        self.tell("evaluation_answered", share=answers["answered"], score=least)
        if "refused" in answers:
            self.tell("evaluation_refused", share=answers["refused"], questions=answers["foreign"])
        if done.falls:
            self.end_line()
            raise CommandError(
                "\n".join(
                    self.say(
                        "evaluation_fell", figure=fall.figure, value=fall.value, least=fall.least
                    )
                    for fall in done.falls
                )
            )


def row_of(run: RetrievalRun, former: RetrievalRun | None, leg: str) -> str:
    """With the change since the former run, where something changed."""
    cells = []
    for name in COLUMNS:
        value = find_figure(run, f"{leg}.{name}")
        cell = f"{value:.1f}" if name == "p50_ms" else f"{value:.3f}"
        if former is not None and leg in former.figures and name != "p50_ms":
            change = value - find_figure(former, f"{leg}.{name}")
            cell += f" ({change:+.3f})" if abs(change) >= 0.0005 else ""
        cells.append(cell)
    return " | ".join(cells)


def read_foreign(path: Path | None) -> list[str]:
    """Some hundreds, spread over the set. Raises QuestionSetUnreadable."""
    if path is None:
        return []
    asked = [question for question, _ in read_question_set(path).questions]
    return asked[:: max(1, len(asked) // FOREIGN_QUESTIONS)]
