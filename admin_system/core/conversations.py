"""Conversations and their messages: written as they happen, read as paths of a tree."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from admin_system.core.errors import BadRequest
from admin_system.core.images import read_picture
from admin_system.core.models import Conversation, Message, MessagePicture
from admin_system.core.stored_bytes import require_room
from admin_system.core.stored_pictures import (
    EncodedPicture,
    SentPicture,
    keep_format,
    make_thumbnail,
    unguessable,
)
from admin_system.core.types import Message as Turn
from admin_system.core.types import Part, Picture, PicturePart, Role, TextPart
from admin_system.core.whole_files import with_their_row
from admin_system.env import get_env
from admin_system.messages import find_language, sentence

logger = logging.getLogger(__name__)

FOLDER = "analyses/conversations"
TITLE_LENGTH = 60
COPIED = (
    *("role", "content", "asked", "model", "finish_reason", "error"),
    *("boxes", "annotations", "usage", "seconds"),
)
"""What a branch takes over of a message."""


def conversations_of(owner: str, search: str = "") -> QuerySet[Conversation]:
    """Newest first; `search` is looked for in titles and messages."""
    found = Conversation.objects.filter(owner=owner)
    if not search:
        return found
    said = Message.objects.filter(conversation__owner=owner, content__icontains=search)
    return found.filter(Q(title__icontains=search) | Q(pk__in=said.values("conversation")))


def mark_pictures(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Each with `has_pictures`."""
    pictures = MessagePicture.objects.filter(message__conversation=OuterRef("pk"))
    return rows.annotate(has_pictures=Exists(pictures))


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


def newest_under(message: Message) -> Message:
    """The end of the path that goes on from it, at each fork by what was said last."""
    children: dict[str | None, Message] = {}
    for row in Message.objects.filter(conversation=message.conversation_id):
        children[row.parent_id] = row  # in the order in which they were written
    while message.pk in children:
        message = children[message.pk]
    return message


def ask(
    conversation: Conversation,
    parent: Message | None,
    text: str,
    pictures: Sequence[SentPicture],
    asked: Mapping[str, Any] | None = None,
) -> Message:
    """Keeps a question before anybody answers it, and shows its path; `asked` as in the row.

    Raises StorageFull.
    """
    files = [(sent, keep_format(sent), make_thumbnail(sent.picture.image)) for sent in pictures]
    size = sum(len(whole.data) + len(thumbnail.data) for _, whole, thumbnail in files)
    require_room(conversation.owner, size)
    with transaction.atomic():
        question = Message.objects.create(
            conversation=conversation,
            parent=parent,
            role=Message.Role.USER,
            content=text,
            asked=dict(asked or {}),
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
    """The row of an answer that is about to be written; the path leads to it. It takes the place
    of attempts that brought nothing."""
    with transaction.atomic():
        failed = Message.objects.filter(parent=question, finish_reason="error", content="")
        failed.filter(children=None).delete()
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


def end_abandoned_answers(begun_before: datetime) -> int:
    """How many had no end and got one: whoever wrote them is gone. An answer that another process
    still writes gets its own end over this one."""
    language = find_language(get_env().language)
    error = {"code": "service_stops", "message": sentence("service_stops", language)}
    rows = Message.objects.filter(role=Message.Role.ASSISTANT, finish_reason="")
    return rows.filter(created_at__lt=begun_before).update(finish_reason="error", error=error)


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
    """A new conversation with the path to this message, and files of its own.

    Raises StorageFull.
    """
    path = path_to(message)
    require_room(source.owner, sum(one.stored_bytes for row in path for one in row.pictures.all()))
    with transaction.atomic():
        copy = Conversation.objects.create(owner=source.owner, title=source.title)
        parent = None
        for step in path:
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
    row.stored_bytes = len(whole.data) + len(thumbnail.data)
    with with_their_row(row.file, row.thumbnail):
        row.file.save(unguessable(FOLDER, whole), ContentFile(whole.data), save=False)
        row.thumbnail.save(unguessable(FOLDER, thumbnail), ContentFile(thumbnail.data), save=False)
        row.save(force_insert=True)


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
    if expired:
        logger.info("removed %s conversations untouched for %s days", len(expired), days)
    return len(expired)
