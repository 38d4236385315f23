"""Packs the sentences of a document into passages of a token budget, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from admin_system.knowledge_base.readers.reading import Block, Reading
from admin_system.knowledge_base.splitting.context import Surroundings, write_context
from admin_system.knowledge_base.splitting.passages import PassageDraft
from admin_system.knowledge_base.splitting.tokens import CountTokens, count_tokens
from admin_system.knowledge_base.splitting.units import Unit, UnitCutter

DEFAULT_BUDGET = 220
"""Tokens as `count_tokens` counts; leaves room in a model that reads 256."""
LEAST_BUDGET = 16
CONTEXT_SHARE = 0.3
"""Of the budget that headings and table headers may take."""


def split_reading(
    reading: Reading,
    *,
    budget: int = DEFAULT_BUDGET,
    overlap: int = 0,
    count: CountTokens = count_tokens,
) -> list[PassageDraft]:
    """Passages of at most `budget` tokens, context included, in the document's order.

    They hold all of its text but white space. With an `overlap`, a passage begins with the last
    sentences of the one before, up to so many tokens, within a section. `count` is called often
    and on short texts. Raises ValueError.
    """
    if budget < LEAST_BUDGET or not 0 <= overlap <= budget // 2:
        raise ValueError(
            f"budget is {budget}, overlap is {overlap}; the budget must be >= {LEAST_BUDGET} and "
            "the overlap at most half of it"
        )
    return list(_Splitting(reading, budget, overlap, count).run())


class _Splitting:
    def __init__(self, reading: Reading, budget: int, overlap: int, count: CountTokens) -> None:
        self.reading = reading
        self.budget = budget
        self.overlap = overlap
        self.count = count
        self.context_room = int(CONTEXT_SHARE * budget)
        self.around = Surroundings(reading)
        self.made = 0

    def run(self) -> Iterator[PassageDraft]:
        for section in sections(self.reading):
            headings = self.around.headings_above(section[-1].end)
            context = write_context(headings, "", self.count, self.context_room)
            cutter = UnitCutter(
                self.reading.text,
                self.count,
                room=self.budget - self.count(context),
                headed=self.budget - self.context_room,
            )
            units_with_text = [
                unit
                for unit in cutter.cut(section)
                if self.reading.text[unit.start : unit.end].strip()
            ]
            for units in self._pack(units_with_text):
                yield self._passage(units, section[0].kind == "question-answer")

    def _pack(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        """As many units as fit, one passage after the other."""
        held: list[Unit] = []
        position = fresh = 0
        while position < len(units):
            unit = units[position]
            full = held and self._tokens([*held, unit]) > self.budget
            if held and (full or (unit.opens and not all(one.leads for one in held))):
                position -= _trailing_headings(held)
                yield held
                held = self._repeated(held, units[position]) if not unit.opens else []
                fresh = len(held)
                continue
            held.append(unit)
            position += 1
        if len(held) > fresh:
            yield held

    def _repeated(self, units: Sequence[Unit], following: Unit) -> list[Unit]:
        """The last units again that fit the overlap, and a passage with the following one."""
        repeated: list[Unit] = []
        for unit in reversed(units[1:]):
            wanted = [unit, *repeated]
            if unit.leads or unit.head or sum(one.tokens for one in wanted) > self.overlap:
                break
            if self._tokens([*wanted, following]) > self.budget:
                break
            repeated = wanted
        return repeated

    def _tokens(self, units: Sequence[Unit]) -> int:
        """Of the passage that they would make; counted anew where it comes close to the budget,
        for a tokenizer may find more in the whole than in its parts."""
        context = self._context(units)
        text = self.reading.text[units[0].start : units[-1].end]
        between = len(text) - sum(unit.end - unit.start for unit in units)
        about = self.count(context) + sum(unit.tokens for unit in units) + max(0, between)
        return about if about < 0.8 * self.budget else self.count(context + text)

    def _context(self, units: Sequence[Unit]) -> str:
        headings = self.around.headings_above(units[0].start)
        return write_context(headings, units[0].head, self.count, self.context_room)

    def _passage(self, units: Sequence[Unit], is_question: bool) -> PassageDraft:
        whole = self.reading.text[units[0].start : units[-1].end]
        text = whole.strip()
        # A piece of a chopped sentence may begin with the space between two words.
        start = units[0].start + len(whole) - len(whole.lstrip())
        end = start + len(text)
        context = self._context(units)
        if self.count(context + text) > self.budget:
            context = ""
        blocks = self.around.blocks_between(start, end)
        self.made += 1
        return PassageDraft(
            ordinal=self.made - 1,
            text=text,
            start=start,
            end=end,
            headings=self.around.headings_above(start),
            context=context,
            page=blocks[0].page,
            last_page=blocks[-1].page,
            pictures=tuple(block.picture for block in blocks if block.picture is not None),
            is_question=is_question,
        )


def _trailing_headings(units: list[Unit]) -> int:
    """Takes them off the end, for the next passage, and says how many; none if all are."""
    taken = 0
    while units[-1].leads and not all(unit.leads for unit in units):
        units.pop()
        taken += 1
    return taken


def sections(reading: Reading) -> Iterator[list[Block]]:
    """Blocks under one heading; a slide, sheet or chapter is never mixed with the next, nor a
    question with another."""
    section: list[Block] = []
    for block in reading.blocks:
        if not block.text:
            continue
        if section and _begins_a_section(block, section, reading):
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _begins_a_section(block: Block, section: Sequence[Block], reading: Reading) -> bool:
    if "question-answer" in (block.kind, section[-1].kind):
        return True
    if reading.page_unit not in (None, "page") and block.page != section[-1].page:
        return True
    return block.kind == "heading" and section[-1].kind != "heading"
