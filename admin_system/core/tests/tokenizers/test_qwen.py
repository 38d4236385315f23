"""The 2023 tokenizer against the original's, with a cut and with the published vocabulary."""

from __future__ import annotations

import lzma
import re
from pathlib import Path
from typing import Any

import pytest

from admin_system.core.errors import LoadError
from admin_system.core.tests.golden import PUBLISHED_VOCABULARY, QWEN_VL, read_expected
from admin_system.core.tokenizers.qwen import (
    CONTROL_TAGS,
    GROUNDING_TAGS,
    PICTURE_TAGS,
    VOCABULARY_FILE,
    QwenTokenizer,
)
from admin_system.core.tokenizers.qwen_chat import PICTURE_TOKENS

ALL_TAGS = (*CONTROL_TAGS, *GROUNDING_TAGS, *PICTURE_TAGS)
MINI = QWEN_VL / "ckpt-fp16"


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, QwenTokenizer]:
    folder = tmp_path_factory.mktemp("published")
    data = lzma.decompress(PUBLISHED_VOCABULARY.read_bytes())
    (folder / VOCABULARY_FILE).write_bytes(data)
    return {"mini": QwenTokenizer.open(MINI), "full": QwenTokenizer.open(folder)}


@pytest.fixture(params=["mini", "full"])
def case(
    request: pytest.FixtureRequest, tokenizers: dict[str, QwenTokenizer]
) -> tuple[QwenTokenizer, dict[str, Any]]:
    return tokenizers[request.param], read_expected("tokenizer.json")[request.param]


def test_special_ids_follow_the_ranks(case: tuple[QwenTokenizer, dict[str, Any]]) -> None:
    tokenizer, expected = case
    assert tokenizer.vocabulary_size == expected["n_vocab"]
    given = {tag: tokenizer.special_ids[tag] for tag in expected["special_tokens"]}
    assert given == expected["special_tokens"]


@pytest.mark.parametrize(
    ("entry", "allowed"),
    [
        ("encode_all_special", ALL_TAGS),
        ("encode_chat_content", (*GROUNDING_TAGS, *PICTURE_TAGS)),
        ("encode_plain", ()),
    ],
)
def test_text_gives_the_ids_of_the_original(
    case: tuple[QwenTokenizer, dict[str, Any]], entry: str, allowed: tuple[str, ...]
) -> None:
    """The original writes a picture's path as ids and fills up with padding: all padding here."""
    tokenizer, expected = case
    compared = 0
    for text, ids, *failure in expected[entry]:
        if failure not in ([], [None]):
            continue
        pictures = "<img>" in allowed
        pieces = re.split("(<img>.*?</img>)", text) if pictures else [text]
        given = [token for piece in pieces for token in encode(tokenizer, piece, allowed)]
        assert given == (padded(tokenizer, ids) if pictures else ids), text[:60]
        compared += 1
    assert compared == {"encode_plain": 25}.get(entry, 24)


def encode(tokenizer: QwenTokenizer, piece: str, allowed: tuple[str, ...]) -> list[int]:
    if "<img>" in allowed and piece.startswith("<img>"):
        pads = [tokenizer.picture_pad] * PICTURE_TOKENS
        return [tokenizer.picture_start, *pads, tokenizer.picture_end]
    return tokenizer.encode(piece, allowed)


def padded(tokenizer: QwenTokenizer, ids: list[int]) -> list[int]:
    inside, given = False, []
    for token in ids:
        inside = inside and token != tokenizer.picture_end
        given.append(tokenizer.picture_pad if inside else token)
        inside = inside or token == tokenizer.picture_start
    return given


def test_answers_read_as_the_original_writes_them(
    case: tuple[QwenTokenizer, dict[str, Any]],
) -> None:
    tokenizer, expected = case
    for entry in expected["decode"]:
        ids = entry["ids"]
        if tokenizer.picture_start in ids:
            continue  # a path as ids, which only the original's prompts have
        assert tokenizer.decode(ids, special=True) == entry["text"]
        bare = [token for token in ids if token < tokenizer.end_of_text]
        text = tokenizer.decode_bytes(bare).decode("utf-8", errors="ignore")
        assert text == entry["skip_special"]


def test_an_answer_keeps_its_boxes_and_loses_other_tags(
    tokenizers: dict[str, QwenTokenizer],
) -> None:
    tokenizer = tokenizers["full"]
    boxes = "<ref>击掌</ref><box>(517,508),(589,611)</box><quad>(1,2),(3,4),(5,6),(7,8)</quad>"
    text = f"<|im_start|>{boxes}<img></img><imgpad><|extra_7|><|im_end|><|endoftext|>"
    assert tokenizer.decode(tokenizer.encode(text, ALL_TAGS)) == boxes


def test_unused_rows_of_the_output_layer_decode_to_nothing(
    tokenizers: dict[str, QwenTokenizer],
) -> None:
    assert tokenizers["full"].decode([9707, 151860, 151935], special=True) == "Hello"


def test_the_bytes_of_a_cut_character_join_up(tokenizers: dict[str, QwenTokenizer]) -> None:
    tokenizer = tokenizers["mini"]
    ids = tokenizer.encode("🙂好")
    pieces = [tokenizer.decode_bytes([token]) for token in ids]
    assert len(pieces) > 2
    assert b"".join(pieces).decode() == "🙂好"


@pytest.mark.parametrize(
    "text", [" " * 1_000_000, "\u3000" * 500_001 + "x", "a\ud800b", "!" * 99_999]
)
def test_no_text_is_too_strange_to_encode(tokenizers: dict[str, QwenTokenizer], text: str) -> None:
    tokenizer = tokenizers["full"]
    assert tokenizer.decode(tokenizer.encode(text)) == text.replace("\ud800", "\ufffd")


def test_a_vocabulary_with_windows_line_ends_is_the_same(tmp_path: Path) -> None:
    data = (MINI / VOCABULARY_FILE).read_bytes()
    (tmp_path / VOCABULARY_FILE).write_bytes(data.replace(b"\n", b"\r\n"))
    text = "Hello, 你好！"
    assert QwenTokenizer.open(tmp_path).encode(text) == QwenTokenizer.open(MINI).encode(text)


@pytest.mark.parametrize(
    "data", [b"", b"IQ==", b"IQ== x\n", b"!!!! 0\n", b"IQ== 0\nIg== 2\n"], ids=str
)
def test_a_damaged_vocabulary_is_a_load_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / VOCABULARY_FILE).write_bytes(data)
    with pytest.raises(LoadError) as caught:
        QwenTokenizer.open(tmp_path)
    assert caught.value.code == "tokenizer_damaged"


def test_a_missing_vocabulary_is_a_load_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        QwenTokenizer.open(tmp_path)
    assert caught.value.code == "tokenizer_missing"
