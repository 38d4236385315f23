"""Conversations and their messages: written as they happen, read as paths of a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any, cast

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from PIL import Image
from PIL.ExifTags import Base
from PIL.Image import Resampling

from admin_system.core.errors import BadRequest
from admin_system.core.images import read_picture
from admin_system.core.models import Conversation, Message, MessagePicture
from admin_system.core.records import THUMBNAIL_SIDE, EncodedPicture, encode, unguessable
from admin_system.core.types import Message as Turn
from admin_system.core.types import Part, Picture, PicturePart, Role, TextPart
from admin_system.env import get_env

FOLDER = "conversations"
TITLE_LENGTH = 60
SHOWN_BY_BROWSERS = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}
"""Pillow's name of a format -> suffix; MPO is a JPEG with more behind it."""
COPIED = (
    *("role", "content", "model", "finish_reason", "error", "boxes"),
    *("annotations", "usage", "seconds"),
)
"""What a branch takes over of a message."""


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture of a question, ready to be kept."""

    data: bytes
    """As it was sent."""
    picture: Picture


def conversations_of(owner: str, search: str = "") -> QuerySet[Conversation]:
    """Newest first; `search` is looked for in titles and messages."""
    found = Conversation.objects.filter(owner=owner)
    if not search:
        return found
    said = Message.objects.filter(content__icontains=search).values("conversation")
    return found.filter(Q(title__icontains=search) | Q(pk__in=said))


def path_to(message: Message | None) -> list[Message]:
    """From the first message to this one, with their pictures."""
    if message is None:
        return []
    rows = {
        row.pk: row
        for row in Message.objects.filter(conversation=message.conversation_id).prefetch_related(
            "pictures"
        )
    }
    path = []
    step: str | None = message.pk
    while step is not None:
        path.append(rows[step])
        step = rows[step].parent_id
    return path[::-1]


def ask(
    conversation: Conversation, parent: Message | None, text: str, pictures: Sequence[SentPicture]
) -> Message:
    """Keeps a question before anybody answers it, and shows its path."""
    files = [(sent, keep_format(sent), make_thumbnail(sent.picture)) for sent in pictures]
    with transaction.atomic():
        question = Message.objects.create(
            conversation=conversation, parent=parent, role=Message.Role.USER, content=text
        )
        for number, (sent, whole, thumbnail) in enumerate(files):
            row = MessagePicture(
                message=question,
                number=number,
                width=sent.picture.width,
                height=sent.picture.height,
                sha256=sent.picture.sha256,
            )
            store_picture(row, whole, thumbnail)
        conversation.head = question
        conversation.title = conversation.title or make_title(text)
        conversation.save()
    return question


def begin_answer(question: Message, model: str) -> Message:
    """The row of an answer that is about to be written; the path leads to it."""
    with transaction.atomic():
        answer = Message.objects.create(
            conversation_id=question.conversation_id,
            parent=question,
            role=Message.Role.ASSISTANT,
            model=model,
        )
        show_path(answer)
    return answer


def finish_answer(answer: Message, fields: Mapping[str, Any]) -> None:
    """Content, finish_reason, boxes, annotations, usage, seconds, error: what is known."""
    for name, value in fields.items():
        setattr(answer, name, value)
    answer.save(update_fields=list(fields))


def show_path(message: Message) -> None:
    """Makes the path to this message the one that is shown."""
    Conversation.objects.filter(pk=message.conversation_id).update(
        head=message, updated_at=timezone.now()
    )


def to_turns(path: Sequence[Message]) -> tuple[Turn, ...]:
    """What the model is told of a path; an answer without a word is left out.

    Raises BadRequest where a picture's file is gone.
    """
    turns = []
    for message in path:
        parts: list[Part] = [PicturePart(read_kept(one)) for one in message.pictures.all()]
        if message.content:
            parts.append(TextPart(message.content))
        if parts:
            turns.append(Turn(cast(Role, message.role), tuple(parts)))
    return tuple(turns)


def read_kept(row: MessagePicture) -> Picture:
    """Raises BadRequest where its file is gone."""
    try:
        with row.file.open("rb") as file:
            data: bytes = file.read()
    except FileNotFoundError as error:
        raise BadRequest("picture_expired", param="conversation") from error
    return read_picture(data, max_pixels=get_env().max_picture_pixels, param="conversation")


def branch(source: Conversation, message: Message) -> Conversation:
    """A new conversation with the path to this message, and files of its own."""
    with transaction.atomic():
        copy = Conversation.objects.create(owner=source.owner, title=source.title)
        parent = None
        for step in path_to(message):
            values = {name: getattr(step, name) for name in COPIED}
            copied = Message.objects.create(conversation=copy, parent=parent, **values)
            for picture in step.pictures.all():
                copy_picture(picture, copied)
            parent = copied
        copy.head = parent
        copy.save()
    return copy


def copy_picture(picture: MessagePicture, message: Message) -> None:
    """A file that is gone already is left out with its row."""
    try:
        copies = [copy_file(name) for name in (picture.file, picture.thumbnail)]
    except FileNotFoundError:
        return
    row = MessagePicture(
        message=message,
        number=picture.number,
        width=picture.width,
        height=picture.height,
        sha256=picture.sha256,
    )
    store_picture(row, *copies)


def copy_file(kept: Any) -> EncodedPicture:
    with kept.open("rb") as file:
        return EncodedPicture(file.read(), kept.name[kept.name.rindex(".") :])


def store_picture(row: MessagePicture, whole: EncodedPicture, thumbnail: EncodedPicture) -> None:
    row.file.save(unguessable(FOLDER, whole), ContentFile(whole.data), save=False)
    row.thumbnail.save(unguessable(FOLDER, thumbnail), ContentFile(thumbnail.data), save=False)
    row.save(force_insert=True)


def keep_format(sent: SentPicture) -> EncodedPicture:
    """The bytes as sent where every browser shows them upright, so that the model sees the same
    pixels in every turn; else the upright picture anew."""
    with Image.open(BytesIO(sent.data)) as opened:
        suffix = SHOWN_BY_BROWSERS.get(opened.format or "")
        turned = opened.getexif().get(Base.Orientation, 1) != 1
    if suffix is None or (turned and suffix != ".jpg"):
        return encode(sent.picture.image)
    return EncodedPicture(sent.data, suffix)


def make_thumbnail(picture: Picture) -> EncodedPicture:
    small = picture.image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Resampling.LANCZOS)
    return encode(small)


def make_title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def remove_conversation(conversation: Conversation) -> None:
    """Rows first: a file without a row is litter, a row without its file a broken picture."""
    pictures = list(MessagePicture.objects.filter(message__conversation=conversation))
    conversation.delete()
    for picture in pictures:
        picture.file.delete(save=False)
        picture.thumbnail.delete(save=False)


def remove_expired_conversations(days: int) -> int:
    """How many went, not touched for so long; 0 days keeps everything."""
    if days <= 0:
        return 0
    moment = timezone.now() - timedelta(days=days)
    expired = list(Conversation.objects.filter(updated_at__lt=moment))
    for conversation in expired:
        remove_conversation(conversation)
    return len(expired)
