"""What an answer rests on: the passages found, merged where they adjoin, within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from admin_system.knowledge_base.models import Document, Passage
from admin_system.knowledge_base.question_sets import bare
from admin_system.knowledge_base.splitting.context import ARROW
from admin_system.knowledge_base.splitting.sentences import split_sentences
from admin_system.knowledge_base.splitting.tokens import count_tokens


@dataclass(frozen=True, slots=True)
class Source:
    """Adjacent passages of one document, cited as one."""

    passages: tuple[Passage, ...]
    """In the order of the document, with the document at hand."""
    best: Passage
    """The one of them that was ranked highest."""
    text: str
    """Theirs, joined; cut where it exceeded the budget."""

    @property
    def document(self) -> Document:
        return self.best.document

    @property
    def headings(self) -> list[str]:
        return list(self.passages[0].headings)

    @property
    def page(self) -> int | None:
        return self.passages[0].page

    @property
    def last_page(self) -> int | None:
        return self.passages[-1].last_page or self.passages[-1].page

    @property
    def start(self) -> int:
        """Offset into the document's full text, as `Passage.start`."""
        return self.passages[0].start

    @property
    def end(self) -> int:
        return self.passages[-1].end


def gather(passages: Sequence[Passage]) -> tuple[Source, ...]:
    """`passages` best first; so are the sources. What says the same twice stands there once."""
    ranks = {passage.pk: rank for rank, passage in enumerate(passages)}
    runs: list[list[Passage]] = []
    for passage in sorted(
        drop_repeated(passages), key=lambda passage: (passage.document_id, passage.ordinal)
    ):
        last = runs[-1][-1] if runs else None
        if last is not None and adjoin(last, passage):
            runs[-1].append(passage)
        else:
            runs.append([passage])
    sources = [to_source(run, min(run, key=lambda passage: ranks[passage.pk])) for run in runs]
    return tuple(sorted(sources, key=lambda source: ranks[source.best.pk]))


def drop_repeated(passages: Iterable[Passage]) -> list[Passage]:
    """Without those whose words stand in a better one."""
    kept: list[Passage] = []
    said: list[str] = []
    for passage in passages:
        words = bare(passage.text)
        if words and not any(words in other for other in said):
            kept.append(passage)
            said.append(words)
    return kept


def adjoin(first: Passage, second: Passage) -> bool:
    return (
        first.document_id == second.document_id
        and second.ordinal == first.ordinal + 1
        and not (first.is_question or second.is_question)
        and not (first.picture or second.picture)  # found by looks; its words stand elsewhere
    )


def to_source(run: Sequence[Passage], best: Passage) -> Source:
    text = head_of(run[0]) + run[0].text
    for former, passage in pairwise(run):
        overlap = former.end - passage.start
        if former.edited or passage.edited or overlap < 0:
            text = f"{text.rstrip()}\n{passage.text}"
        else:
            text += passage.text[overlap:]
    return Source(tuple(run), best, text)


def head_of(passage: Passage) -> str:
    """The header of a table, or the question, that a later piece of it is read with."""
    first, _, rest = passage.context.partition("\n")
    headings = ARROW.join(passage.headings)
    return rest if first and headings.endswith(first) else passage.context


def fit(sources: Sequence[Source], room: int) -> tuple[Source, ...]:
    """Those that fit into `room` tokens; of the first one at least its beginning does."""
    kept: list[Source] = []
    for source in sources:
        cost = cost_of(source)
        if cost > room and len(source.passages) > 1:
            source = to_source([source.best], source.best)
            cost = cost_of(source)
        if cost > room and not kept:
            source = replace(source, text=cut(source.text, room - HEAD_TOKENS))
            cost = room
        if cost <= room:
            kept.append(source)
            room -= cost
    return tuple(kept)


HEAD_TOKENS = 40
"""That the line with number, title, headings and page takes."""


def cost_of(source: Source) -> int:
    lines = source.text.count("\n") + 1
    return count_tokens(source.text) + 2 * lines + HEAD_TOKENS


def cut(text: str, room: int) -> str:
    """Whole sentences from the beginning on; half of the first one where even that is too long."""
    end = 0
    for _, after in split_sentences(text, 0, len(text)):
        if count_tokens(text[:after]) > room:
            break
        end = after
    return text[:end].rstrip() or text[: max(1, room // 2)]
