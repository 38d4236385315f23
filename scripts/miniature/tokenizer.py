"""Build the miniature's tokenizer: byte-level BPE in which every box coordinate is one token.

    python scripts/miniature/tokenizer.py work/tokenizer

Names of colours, kinds and places stand alone in the corpus, so that no merge runs across them.
"""

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

import chinese
import english
from colours import NAMES
from dialogues import picture_exchange, text_exchange
from languages import SLOT
from scenes import make_scene
from shapes import SHAPES
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from world import World

VOCABULARY = 1536
SPECIAL_TOKENS = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
GROUNDING_TAGS = ["<ref>", "</ref>", "<box>", "</box>"]
"""Ordinary tokens: they are part of the answer's text."""

WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,4}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""Qwen2's pre-tokenizer, but with numbers of up to four digits whole."""

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type']=='image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif 'text' in c %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""Qwen's chat form without its default system prompt."""


def names() -> list[str]:
    """Everything that fills a slot, as it stands in a sentence."""
    spoken = [*NAMES, *SHAPES, *(f"{shape}s" for shape in SHAPES), *english.NUMBERS]
    spoken += [word for row in english.PLACES for place in row for word in place.split()]
    spoken += ["big", "small", "digit", "crosses"]
    written = [*chinese.COLOURS.values(), *(place for row in chinese.PLACES for place in row)]
    written += [name for kind in chinese.KINDS.values() for name in kind]
    return [*spoken, *(f" {word}" for word in spoken), *written]


def corpus(seed: int) -> Iterator[str]:
    """Numbers, role words, names, and dialogues cut at their slots."""
    source = random.Random(seed)
    numbers = [str(value) for value in (*range(0, 1001, 10), *range(10))]
    yield from (*numbers * 400, *["user", "assistant", "system"] * 2000, *names() * 300)
    world = World(areas=(60.0, 70.0))
    for _ in range(400):
        shapes = make_scene(source, world).shapes
        exchanges = [picture_exchange(source, shapes) for _ in range(10)]
        exchanges += [text_exchange(source) for _ in range(4)]
        for exchange in exchanges:
            for text in (exchange.question, exchange.answer):
                plain = re.sub(r"<box>.*?</box>", "", text)
                yield from filter(None, re.split(rf"{SLOT}|<ref>|</ref>", plain))


def build(seed: int = 0) -> Tokenizer:
    """Learn the merges."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        min_frequency=8,
    )
    tokenizer.train_from_iterator(corpus(seed), trainer)
    tokenizer.add_tokens(
        [AddedToken(tag, special=False, normalized=False) for tag in GROUNDING_TAGS]
    )
    return tokenizer


def write(tokenizer: Tokenizer, folder: Path) -> None:
    """The tokenizer's files as transformers reads them."""
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",  # noqa: S106
        pad_token="<|endoftext|>",  # noqa: S106
        additional_special_tokens=SPECIAL_TOKENS[1:2] + SPECIAL_TOKENS[3:],
        chat_template=CHAT_TEMPLATE,
    )
    wrapped.save_pretrained(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    write(build(), parser.parse_args().folder)
