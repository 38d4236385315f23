"""What is said in a conversation is kept, as a tree, for its owner, for a while."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from admin_system.core import retention
from admin_system.core.conversations import (
    ask,
    begin_answer,
    branch,
    conversations_of,
    end_abandoned_answers,
    finish_answer,
    newest_under,
    path_to,
    remove_conversation,
    remove_expired_conversations,
    to_turns,
)
from admin_system.core.errors import BadRequest
from admin_system.core.images import read_picture
from admin_system.core.models import Conversation, Message, MessagePicture
from admin_system.core.stored_pictures import SentPicture
from admin_system.env import get_env

pytestmark = pytest.mark.django_db
TURN_90 = 6
"""Value of EXIF's Orientation."""


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def conversation() -> Conversation:
    return Conversation.objects.create(owner="user:1")


def make_picture(kind: str = "PNG", orientation: int = 1) -> SentPicture:
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = BytesIO()
    Image.new("RGB", (40, 20), (220, 30, 30)).save(buffer, kind, exif=exif)
    data = buffer.getvalue()
    return SentPicture(data, read_picture(data, max_pixels=10_000))


def answer(question: Message, text: str) -> Message:
    row = begin_answer(question, "builtin-demo")
    finish_answer(row, {"content": text, "finish_reason": "stop"})
    return row


def texts(path: list[Message]) -> list[str]:
    return [message.content for message in path]


def files_in(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def test_another_answer_and_another_wording_are_other_paths(conversation: Conversation) -> None:
    first = ask(conversation, None, "一共有几个圆？", [])
    one, two = answer(first, "1"), answer(first, "2")
    follow = answer(ask(conversation, one, "真的吗？", []), "真的。")
    edited = ask(conversation, None, "有几个方块？", [])
    assert texts(path_to(follow)) == ["一共有几个圆？", "1", "真的吗？", "真的。"]
    assert texts(path_to(two)) == ["一共有几个圆？", "2"]
    assert texts(path_to(edited)) == ["有几个方块？"]
    conversation.refresh_from_db()
    assert conversation.head == edited
    assert conversation.title == "一共有几个圆？"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
@pytest.mark.parametrize("orientation", [1, TURN_90])
def test_the_model_sees_a_kept_picture_as_it_was_sent(
    conversation: Conversation, kind: str, orientation: int
) -> None:
    sent = make_picture(kind, orientation)
    question = ask(conversation, None, "颜色？", [sent])
    (turn,) = to_turns(path_to(question))
    (picture,) = turn.pictures
    assert picture.image.size == sent.picture.image.size
    assert picture.image.tobytes() == sent.picture.image.tobytes()
    row = question.pictures.get()
    assert (row.width, row.height) == sent.picture.image.size
    assert Path(str(row.file.name)).suffix in {".png", ".jpg", ".webp"}


def test_an_answer_without_a_word_is_not_told_to_the_model(conversation: Conversation) -> None:
    question = ask(conversation, None, "你好", [])
    failed = begin_answer(question, "builtin-demo")
    again = ask(conversation, failed, "在吗？", [])
    assert [turn.text for turn in to_turns(path_to(again))] == ["你好", "在吗？"]


def test_a_branch_lives_on_without_its_source(conversation: Conversation, media: Path) -> None:
    first = answer(ask(conversation, None, "看图", [make_picture()]), "红色")
    answer(ask(conversation, first, "还有呢", []), "没有")
    copy = branch(conversation, first)
    remove_conversation(conversation)
    assert texts(path_to(copy.head)) == ["看图", "红色"]
    assert to_turns(path_to(copy.head))[0].pictures
    assert files_in(media) == 2


def test_what_is_removed_leaves_no_file(conversation: Conversation, media: Path) -> None:
    ask(conversation, None, "看图", [make_picture(), make_picture("BMP")])
    assert files_in(media) == 4
    remove_conversation(conversation)
    assert files_in(media) == 0
    assert not MessagePicture.objects.exists()


def test_a_picture_that_is_gone_is_said(conversation: Conversation) -> None:
    question = ask(conversation, None, "看图", [make_picture()])
    question.pictures.get().file.delete(save=False)
    with pytest.raises(BadRequest) as caught:
        to_turns(path_to(question))
    assert caught.value.code == "picture_expired"


def test_only_what_nobody_touched_for_long_expires(conversation: Conversation) -> None:
    old = Conversation.objects.create(owner="user:1")
    Conversation.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=31))
    assert remove_expired_conversations(0) == 0
    assert remove_expired_conversations(30) == 1
    assert list(Conversation.objects.all()) == [conversation]


def test_a_search_finds_titles_and_messages_of_the_owner_only(conversation: Conversation) -> None:
    answer(ask(conversation, None, "pump", []), "The gauge reads 0.6 MPa")
    other = Conversation.objects.create(owner="user:2")
    ask(other, None, "pump", [])
    assert list(conversations_of("user:1", "PUMP")) == [conversation]
    assert list(conversations_of("user:1", "gauge")) == [conversation]
    assert not conversations_of("user:1", "valve")


def test_a_path_goes_on_by_what_was_said_last(conversation: Conversation) -> None:
    first = ask(conversation, None, "几个圆？", [])
    one, two = answer(first, "1"), answer(first, "2")
    answer(ask(conversation, one, "真的吗？", []), "真的。")
    last = answer(ask(conversation, one, "确定？", []), "确定。")
    assert newest_under(one) == last
    assert newest_under(first) == newest_under(two) == two


def test_another_attempt_takes_the_place_of_one_that_brought_nothing(
    conversation: Conversation,
) -> None:
    question = ask(conversation, None, "你好", [])
    good = answer(question, "你好！")
    finish_answer(begin_answer(question, ""), {"finish_reason": "error", "content": ""})
    broken = begin_answer(question, "")
    finish_answer(broken, {"finish_reason": "error", "content": "你"})
    last = begin_answer(question, "")
    assert list(question.children.all()) == [good, broken, last]


def test_what_is_too_old_goes_though_nobody_comes(
    conversation: Conversation, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now() - timedelta(days=31)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=moment)
    monkeypatch.setenv("QWEN_VL_RETENTION_DAYS", "0")
    get_env.cache_clear()
    retention.look(retention.clock_lead())
    assert Conversation.objects.exists()
    monkeypatch.setenv("QWEN_VL_RETENTION_DAYS", "30")
    get_env.cache_clear()
    retention.look(retention.clock_lead() - 31 * 86400)  # by a clock that has just jumped
    assert Conversation.objects.exists()
    retention.look(retention.clock_lead())
    get_env.cache_clear()
    assert not Conversation.objects.exists()


def test_an_answer_that_a_killed_server_left_gets_an_end(conversation: Conversation) -> None:
    question = ask(conversation, None, "你是谁", [])
    whole, left = answer(question, "我是……"), begin_answer(question, "builtin-demo")
    assert end_abandoned_answers(left.created_at - timedelta(seconds=1)) == 0
    assert end_abandoned_answers(timezone.now()) == 1
    left.refresh_from_db()
    whole.refresh_from_db()
    assert left.finish_reason == "error"
    assert left.error is not None
    assert left.error["code"] == "service_stops"
    assert (whole.finish_reason, whole.error) == ("stop", None)
    finish_answer(left, {"content": "hello", "finish_reason": "stop", "error": None})
