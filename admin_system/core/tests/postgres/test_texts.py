"""A NUL in a text or a JSON value loses that one character and nothing else."""

from __future__ import annotations

import pytest

from admin_system.core.models import AnalysisRecord, Conversation

pytestmark = pytest.mark.django_db


def test_a_text_with_nul_is_kept_and_found() -> None:
    Conversation.objects.create(owner="x", title="a\0b 'c' \\ é你")
    found = Conversation.objects.get(title__contains="a\0b")
    assert found.title == "a\ufffdb 'c' \\ é你"
    assert not Conversation.objects.filter(owner="x\0").exists()


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"a\0": ["x\0y"]}, {"a\ufffd": ["x\ufffdy"]}),
        ({"a": "\\u0000", "b": "\\\0"}, {"a": "\\u0000", "b": "\\\ufffd"}),
    ],
)
def test_a_value_with_nul_is_kept(value: object, kept: object) -> None:
    row = AnalysisRecord.objects.create(owner="x", boxes=value, width=1, height=1, seconds=1)
    row.refresh_from_db()
    assert row.boxes == kept
