"""What an owner keeps is counted to the byte, and no more is taken than there is room for."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from PIL import Image
from pytest_django import Settings

from admin_system.core.access import make_api_key
from admin_system.core.analysis import Analysis, AnalysisRequest
from admin_system.core.conversations import ask, branch, remove_conversation
from admin_system.core.images import read_picture
from admin_system.core.limits import Limits
from admin_system.core.models import Conversation, PictureSet
from admin_system.core.picture_sets import add_picture, read_kept, remove_set
from admin_system.core.records import edit_boxes, save_analysis, save_hand_made
from admin_system.core.stored_bytes import (
    StorageFull,
    arequire_room,
    find_limit,
    find_storage,
    require_room,
)
from admin_system.core.stored_pictures import SentPicture
from admin_system.core.types import Box, Usage
from admin_system.env import get_env

pytestmark = pytest.mark.django_db
BOXES = (Box("圆", 10, 10, 60, 60),)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def send(colour: str = "white", kind: str = "PNG") -> SentPicture:
    buffer = BytesIO()
    Image.new("RGB", (300, 200), colour).save(buffer, kind)
    data = buffer.getvalue()
    return SentPicture(data, read_picture(data, max_pixels=1_000_000))


def weigh(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_every_picture_is_counted_as_it_lies_on_the_disk(media: Path) -> None:
    def check() -> int:
        used = find_storage("user:1").used
        assert used == weigh(media)
        return used

    assert check() == 0
    pictures = PictureSet.objects.create(owner="user:1")
    kept = add_picture(pictures, "a.bmp", send(kind="BMP"))
    check()
    request = AnalysisRequest(read_kept(kept), "?", owner="user:1", kept_picture=kept.pk)
    record = save_analysis(request, Analysis("圆", BOXES, Usage(8, 2), "stop", 0.5, "echo"))
    check()
    edit_boxes(record, [*BOXES, Box("方", 100, 100, 290, 190)])
    check()
    edit_boxes(record, [])
    check()
    save_hand_made(kept, "user:1", BOXES)
    with_set = check()
    talk = Conversation.objects.create(owner="user:1")
    question = ask(talk, None, "?", [send("red", "JPEG"), send("blue")])
    copy = branch(talk, question)
    assert check() > with_set
    remove_conversation(talk)
    remove_conversation(copy)
    assert check() == with_set
    remove_set(pictures)
    assert check() == 0


def test_what_finds_no_room_is_not_kept(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Conversation.objects.create(owner="user:1")
    ask(talk, None, "?", [send()])
    used = find_storage("user:1").used
    monkeypatch.setattr(get_env(), "max_stored_bytes", used + 10)
    pictures = PictureSet.objects.create(owner="user:1")
    head = talk.head
    assert head is not None
    for keep in (
        lambda: add_picture(pictures, "a.png", send()),
        lambda: ask(talk, head, "again", [send()]),
        lambda: branch(talk, head),
    ):
        with pytest.raises(StorageFull, match="storage_full") as refused:
            keep()
        assert set(refused.value.values) == {"used", "limit", "more"}
    assert weigh(media) == used
    assert Conversation.objects.count() == 1
    ask(talk, head, "words take no room of pictures", [])
    add_picture(PictureSet.objects.create(owner="user:2"), "a.png", send())  # others have theirs


def test_whose_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    own, _ = make_api_key("own", limits=Limits(stored_bytes=7))
    plain, _ = make_api_key("plain")
    monkeypatch.setattr(get_env(), "max_stored_bytes", 100)
    owners = ("local", f"key:{own.pk}", f"key:{plain.pk}", "user:1", "anonymous:192.0.2.1")
    assert [find_limit(owner) for owner in owners] == [None, 7, 100, 100, 100]
    require_room("user:1", 100)
    with pytest.raises(StorageFull):
        require_room("user:1", 101)
    monkeypatch.setattr(get_env(), "max_stored_bytes", 0)
    assert [find_limit(owner) for owner in owners] == [None, 7, None, None, None]


@pytest.mark.django_db(transaction=True)
async def test_no_connection_is_held_while_a_model_is_waited_for() -> None:
    await arequire_room("key:1", 1)
    assert await sync_to_async(lambda: connection.connection)() is None
