"""What the keyword index sees of a text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from admin_system.vector_search.tests.questions import read_set
from admin_system.vector_search.tokens import held_tokens, stem, to_token_strings, tokenize


def test_chinese_is_cut_into_characters_and_pairs() -> None:
    assert tokenize("三号泵，停") == ["三", "三号", "号", "号泵", "泵", "停"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("臺灣的圖書館與軟體開發", "台湾的图书馆与软体开发"),
        ("Ｑｗｅｎ－ＶＬ　２５", "qwen-vl 25"),
        ("Running connections", "run connected"),
        ("Beyoncé’s café", "beyonce's cafe"),
        ("STRASSE", "straße"),
    ],
)
def test_spellings_of_the_same_words_give_the_same_tokens(one: str, other: str) -> None:
    assert tokenize(one) == tokenize(other)


def test_words_and_characters_stand_side_by_side() -> None:
    assert tokenize("用GPT-4读PDF文件") == ["用", "gpt", "4", "读", "pdf", "文", "文件", "件"]


def test_marks_that_make_another_letter_stay() -> None:
    assert tokenize("が") != tokenize("か")


def test_a_text_without_words_has_no_tokens() -> None:
    assert tokenize(" …，。\n<>\x00\ud800") == []


def test_tokens_hold_nothing_that_a_query_language_reads() -> None:
    texts = [*read_set("xquad_en").passages[:20], 'a"b*c OR (d) NEAR/2 tokens:x ^y -z']
    for token in " ".join(to_token_strings(texts)).split(" "):
        assert token.isalnum() or not token.isascii()


@pytest.mark.parametrize("name", ["xquad_en", "drcd_dev"])
def test_held_tokens_are_those_that_tokenizing_gives(name: str) -> None:
    questions = read_set(name)
    for (question, _), passage in zip(questions.questions, questions.passages, strict=False):
        asked = tokenize(question)
        assert held_tokens(asked, passage) == set(asked) & set(tokenize(passage))


def test_threads_do_not_disturb_each_others_stems() -> None:
    words = [f"{word}{end}" for word in ("connect", "relat", "nation") for end in ("ed", "ing")]
    stem.cache_clear()
    expected = [stem(word) for word in words]
    for _ in range(20):
        stem.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(stem, words * 8)) == expected * 8
