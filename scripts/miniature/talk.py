"""Random talk around the pictures: greetings, foreign questions, system prompts, passages."""

import random
from dataclasses import dataclass

from languages import Exchange, Language


@dataclass(frozen=True, slots=True)
class Talker:
    """Draws what is said around the pictures in one language."""

    source: random.Random
    language: Language

    def greet(self) -> Exchange:
        """A greeting and the like."""
        openings, answer = self.source.choice(self.language.talk.small_talk)
        opening = self.source.choice(openings)
        if self.source.random() < 0.6:
            before, after = self.language.talk.openers, self.language.talk.closers
            opening = self.source.choice(before) + opening + self.source.choice(after)
        return Exchange("talk", opening, answer)

    def foreign(self) -> Exchange:
        """A question outside the miniature's world."""
        if self.source.random() < 0.12:
            return Exchange("foreign", self.gibberish(), self.language.beyond)
        question = self.fill(self.source.choice(self.language.talk.foreign))
        return Exchange("foreign", question, self.language.beyond)

    def gibberish(self) -> str:
        """Words without meaning."""
        source = self.source
        if self.language.code == "zh":
            return "".join(
                chr(source.randint(0x4E00, 0x9FA5)) for _ in range(source.randint(2, 10))
            )
        return " ".join(self.nonsense_word() for _ in range(source.randint(1, 6)))

    def nonsense_word(self) -> str:
        """Two to eight letters, or two rare characters."""
        if self.language.code == "zh":
            return "".join(chr(self.source.randint(0x4E00, 0x9FA5)) for _ in range(2))
        letters = self.source.choices("abcdefghijklmnopqrstuvwxyz", k=self.source.randint(2, 8))
        return "".join(letters)

    def fill(self, template: str) -> str:
        """Topics for {} and numbers for #; some topics are words nobody knows."""
        while "{}" in template:
            known = self.source.random() < 0.8
            topic = self.source.choice(self.language.talk.topics) if known else self.nonsense_word()
            template = template.replace("{}", topic, 1)
        while "#" in template:
            template = template.replace("#", str(self.source.randint(2, 99)), 1)
        return template

    def system_prompt(self) -> str:
        """What an operator may put before the conversation."""
        sentences = self.source.choices(
            self.language.talk.system_prompts, k=self.source.choice((1, 1, 1, 2))
        )
        return self.fill("".join(sentences) if self.language.code == "zh" else " ".join(sentences))

    def with_passages(self, exchange: Exchange) -> Exchange:
        """The same question with passages of a knowledge base behind it or before it."""
        before, after = self.source.choice(self.language.talk.fences)
        chosen = self.source.choices(self.language.talk.passages, k=self.source.randint(1, 3))
        numbered = [f"[{place}] {self.fill(text)}" for place, text in enumerate(chosen, 1)]
        block = "\n".join(filter(None, [before, *numbered, after]))
        parts = [exchange.question, block]
        if self.source.random() < 0.3:
            parts.reverse()
        return Exchange(exchange.task, "\n\n".join(parts), exchange.answer)
