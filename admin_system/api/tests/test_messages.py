"""Every code that the source can raise has both sentences, with all their values."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest

from admin_system.env import BASE_DIR
from admin_system.messages import MESSAGES, Word, find_language, sentence

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
ERRORS = {
    "AccessDenied",
    "ApiError",
    "BadName",
    "BadPicture",
    "BadRequest",
    "BadVectors",
    "ChangeRefused",
    "ChangedMeanwhile",
    "CoreError",
    "DamagedDocument",
    "DeedImpossible",
    "DocumentGone",
    "DocumentTooLarge",
    "DownloadError",
    "EmbedderFault",
    "EmbedderLoadError",
    "EmptyDocument",
    "EngineFault",
    "EntryForbidden",
    "EntryNotFound",
    "IndexDamaged",
    "IndexMismatch",
    "IndexMissing",
    "LoadError",
    "LoadProgress",
    "LockedDocument",
    "ModelNotReady",
    "NameTaken",
    "NotEditable",
    "ReadingStopped",
    "RecordNotFound",
    "RerankerLoadError",
    "SearchError",
    "TopicGone",
    "UnknownFormat",
    "UnknownTopic",
    "UnsafeDocument",
    "UpstreamError",
    "Word",
}
"""Whose first argument is a code."""
GIVEN_BY_ALL = {"param", "request_id"}
"""Values that the doors add to every sentence."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every construction of an error in the product, with its place."""
    for path in sorted((BASE_DIR / "admin_system").rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) in ERRORS | {"__init__"}:
                yield f"{path.relative_to(BASE_DIR)}:{node.lineno}", node


def name_of(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_code_in_the_source_has_its_sentences() -> None:
    missing = []
    for place, call in calls():
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        code = first.value
        if CODE.fullmatch(code) and code not in MESSAGES:
            missing.append(f"{place} {code}")
    assert not missing


def test_every_error_brings_the_values_of_its_sentence() -> None:
    lacking = []
    for place, call in calls():
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Constant) or first.value not in MESSAGES:
            continue
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # **values
        given = {keyword.arg for keyword in call.keywords} | GIVEN_BY_ALL
        if needed := placeholders(MESSAGES[first.value][0]) - given:
            lacking.append(f"{place} {first.value}: {sorted(needed)}")
    assert not lacking


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_both_languages_say_the_same_with_the_same_values(code: str) -> None:
    english, chinese = MESSAGES[code]
    assert english
    assert chinese
    assert placeholders(english) == placeholders(chinese)
    assert not re.search("[\u3000-\u9fff\uff00-\uffef]", english)
    for word in ("please", "!", "请"):
        assert word not in english.lower()
        assert word not in chinese.replace("请求", "")
    assert "！" not in chinese


def test_a_code_nobody_knows_is_said_in_general() -> None:
    assert sentence("no_such_code", "en") == "Something went wrong in the service."
    assert sentence("field_missing", "zh") == "服务出错了。"


def test_a_value_that_is_a_code_is_said_too() -> None:
    said = sentence("field_not_a_list", "zh", param="stop", given=Word("type_number"))
    assert said == "stop 是数字，应为列表。"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("*", "zh"),
        ("fr-FR, de;q=0.5", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0, zh;q=0.1", "zh"),
        ("en;q=oops", "zh"),
    ],
)
def test_the_better_liked_language_is_found(header: str | None, language: str) -> None:
    assert find_language(header) == language
