"""Analyses in the admin: what is shown of an edit, found by filters, exported, and to whom."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse
from pytest_django import Settings

from admin_system.core.models import AnalysisRecord, PictureSet
from admin_system.core.picture_sets import add_picture
from admin_system.core.records import edit_boxes
from admin_system.core.tests.test_picture_sets import analyse, send
from admin_system.core.types import Box

LIST = "/admin/core/analysisrecord/"


@pytest.fixture
def records(settings: Settings, tmp_path: Path, transactional_db: None) -> list[AnalysisRecord]:
    """Of the first user: with a box, without one, with one that somebody has removed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    user = User.objects.create_user("lin", pk=1)
    picture_set = PictureSet.objects.create(owner=f"user:{user.pk}")
    found = []
    for name, boxes in (
        ("有框.png", [Box("圆", 1, 1, 9, 9)]),
        ("无框.png", []),
        ("删框.png", [Box("方", 2, 2, 8, 8)]),
    ):
        found.append(analyse(add_picture(picture_set, name, send()), *boxes))
    edit_boxes(found[2], [])
    return found


@pytest.fixture
def admin(client: Client, records: list[AnalysisRecord]) -> Client:
    client.force_login(User.objects.create_superuser("root", pk=2))
    return client


def shown(page: Any) -> set[str]:
    return {row.pk for row in page.context["cl"].result_list}


def test_an_analysis_is_titled_by_its_picture_or_what_was_found(
    admin: Client, records: list[AnalysisRecord]
) -> None:
    with_box, without, _removed = records
    assert "无框.png" in admin.get(f"{LIST}{without.pk}/delete/").text
    AnalysisRecord.objects.filter(pk=with_box.pk).update(picture=None)
    assert str(AnalysisRecord.objects.get(pk=with_box.pk)) == "圆"
    assert str(AnalysisRecord(id="an_1")) == "an_1"


def test_filters_find_what_is_shown(admin: Client, records: list[AnalysisRecord]) -> None:
    with_box, without, removed = (record.pk for record in records)
    assert shown(admin.get(LIST, {"boxes": "1"})) == {with_box}
    assert shown(admin.get(LIST, {"boxes": "0"})) == {without, removed}
    assert shown(admin.get(LIST, {"edited": "1"})) == {removed}
    assert shown(admin.get(LIST, {"owner": "user:1"})) == {with_box, without, removed}
    assert shown(admin.get(LIST, {"owner": "user:2"})) == set()
    assert shown(admin.get(LIST, {"q": "有框"})) == {with_box}
    assert re.search(r">\s*lin\s*<", admin.get(LIST).text), "people by their names"


def test_an_edit_is_shown_beside_what_the_model_found(
    admin: Client, records: list[AnalysisRecord]
) -> None:
    page = admin.get(reverse("admin:core_analysisrecord_change", args=[records[2].pk]))
    assert "<td>方</td>" in page.text
    address = reverse("admin:core_analysisrecord_kept_picture", args=[records[2].pk])
    assert address in page.text, "without boxes the picture itself is shown"
    assert admin.get(address).content == records[2].picture.file.read()  # type: ignore[union-attr]
    records[2].picture.file.close()  # type: ignore[union-attr]


def test_a_kept_picture_is_for_those_who_may_see_analyses(
    client: Client, records: list[AnalysisRecord]
) -> None:
    address = reverse("admin:core_analysisrecord_kept_picture", args=[records[0].pk])
    client.force_login(User.objects.create_user("operator", pk=2, is_staff=True))
    assert client.get(address).status_code == 403


async def test_what_is_selected_is_exported(
    async_client: AsyncClient, records: list[AnalysisRecord]
) -> None:
    root = await User.objects.acreate_user("root", pk=2, is_staff=True, is_superuser=True)
    await async_client.aforce_login(root)
    wish = {"action": "export_coco", "_selected_action": [records[0].pk, records[1].pk]}
    answer: Any = await async_client.post(LIST, wish)
    assert answer.streaming
    data = b"".join([piece async for piece in answer.streaming_content])
    coco = json.loads(data)
    assert [image["file_name"] for image in coco["images"]] == ["有框.png", "无框.png"]
    assert [one["bbox"] for one in coco["annotations"]] == [[1, 1, 8, 8]]
