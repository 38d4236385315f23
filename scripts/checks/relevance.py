"""Check that the whole way from document to hit finds what it should, on question sets.

    python scripts/checks/relevance.py FOLDER [--sets a,b] [--most N] [--library DIR]

FOLDER holds JSON files in SQuAD's layout, or lists of `{"passage", "question"}`. Each becomes a
topic, each of its paragraphs a document, indexed by a worker with the embedding model that ships;
this takes minutes. `--library` keeps the library there for the next run. Ends with 1 when a gate is
missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from admin_system.knowledge_base.models import RetrievalRun
    from admin_system.knowledge_base.question_sets import QuestionSet

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

LEAST = {"xquad_zh": 0.98, "cmrc_dev": 0.985, "xquad_en": 0.985}
"""hit@5 of the fused ranking."""
GIVEN_AWAY = 0.005
"""What it may lose in hit@5 against its better leg."""
GIVEN_AWAY_OF_FEW = 0.03
"""The same of sets as small as those in other words than the text, where one question is .017."""
FEW = 100
REFUSED, ANSWERED = 0.9, 0.75
FOREIGN = 200
"""Questions of each other set of the language that are asked too."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="", help="names of files without .json, with commas")
    parser.add_argument("--most", type=int, default=10**9, help="questions of each set")
    parser.add_argument("--library", type=Path, help="data folder that is kept")
    options = parser.parse_args()
    names = options.sets.split(",") if options.sets else []
    paths = [
        path for path in sorted(options.folder.glob("*.json")) if not names or path.stem in names
    ]
    with tempfile.TemporaryDirectory() as folder:
        start_django(options.library or Path(folder))
        missed = check(paths, options.most)
    print("\n" + ("\n".join(missed) or "all gates are reached"))
    sys.exit(1 if missed else 0)


def start_django(folder: Path) -> None:
    """With a data folder of its own, and the tables in it."""
    for name, part in (("DATA_DIR", "data"), ("KNOWLEDGE_DIR", "knowledge"), ("LOG_DIR", "logs")):
        os.environ[f"QWEN_VL_{name}"] = str(folder / part)
    os.environ["DJANGO_SETTINGS_MODULE"] = "admin_system.minimal_settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def check(paths: list[Path], most: int) -> list[str]:
    """Prints a table; returns what was missed."""
    from admin_system.knowledge_base.models import Topic
    from admin_system.knowledge_base.question_sets import read_question_set
    from admin_system.knowledge_base.services.answering import language_of
    from admin_system.knowledge_base.services.evaluating import add_question_set, evaluate
    from admin_system.knowledge_base.worker import Worker

    sets = [read_question_set(path) for path in paths]
    topics = {found.name: Topic.objects.get_or_create(name=found.name)[0] for found in sets}
    began = time.monotonic()
    added = sum(add_question_set(found, topics[found.name]) for found in sets)
    Worker(can_see=lambda: False).run(until_empty=True)
    print(f"{added} documents added and indexed in {time.monotonic() - began:.0f} s\n")
    print("| set | leg | hit@1 | hit@5 | MRR | nDCG@10 | p50 ms |\n| --- | --- |" + " --- |" * 5)
    runs: list[RetrievalRun] = []
    for found in sets:
        language = language_of(found.paragraphs[0])
        others = [
            other
            for other in sets
            if other is not found and language_of(other.paragraphs[0]) == language
        ]
        asked = replace(found, questions=spread(found.questions, most))
        run = evaluate(asked, topics[found.name], foreign=ask_others(others)).run
        runs.append(run)
        for leg in ("vector", "keyword", "hybrid"):
            if leg in run.figures:
                cells = [f"{value:.3f}" for value in run.figures[leg].values()]
                print(f"| {found.name} | {leg} | {' | '.join(cells)} |", flush=True)
    print(
        "\n| answered / refused | own questions answered | of others | refused |\n"
        + "| --- " * 4
        + "|"
    )
    for run in runs:
        answers = run.figures["answers"]
        refused = (
            f"{answers['foreign']} | {answers['refused']:.3f}" if "refused" in answers else "0 | -"
        )
        print(f"| {run.question_set} | {answers['answered']:.3f} | {refused} |")
    return [fault for run in runs for fault in find_missed(run)]


def spread(questions: tuple[tuple[str, int], ...], most: int) -> tuple[tuple[str, int], ...]:
    """Every n-th, so that not many more than `most` are left."""
    return questions[:: max(1, len(questions) // most)]


def ask_others(others: list[QuestionSet]) -> list[str]:
    return [text for other in others for text, _ in spread(other.questions, FOREIGN)]


def find_missed(run: RetrievalRun) -> list[str]:
    figures, name = run.figures, run.question_set
    hybrid = figures["hybrid"]["hit@5"]
    better = max(figures[leg]["hit@5"] for leg in ("vector", "keyword") if leg in figures)
    given_away = GIVEN_AWAY if run.questions > FEW else GIVEN_AWAY_OF_FEW
    missed = []
    if hybrid < LEAST.get(name, 0.0):
        missed.append(f"{name}: hit@5 {hybrid:.4f}, at least {LEAST[name]}")
    if hybrid < better - given_away:
        missed.append(f"{name}: hit@5 {hybrid:.4f}, the better leg {better:.4f}")
    answers = figures["answers"]
    if answers["answered"] < ANSWERED:
        missed.append(f"{name}: {answers['answered']:.3f} of its own questions are answered")
    if answers.get("refused", 1.0) < REFUSED:
        missed.append(f"{name}: {answers['refused']:.3f} of the others' questions are refused")
    return missed


if __name__ == "__main__":
    main()
