"""A conversation on the chat page: a tree of messages, of which one path is shown."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_conversation_id() -> str:
    return f"conv_{uuid4().hex}"


def new_message_id() -> str:
    return f"msg_{uuid4().hex}"


class Conversation(models.Model):
    id = models.CharField(
        max_length=40, primary_key=True, default=new_conversation_id, editable=False
    )
    owner = models.CharField(max_length=100)
    """As `access.Caller.owner`."""
    title = models.CharField(max_length=200, blank=True)
    """Empty until the first question gives it one."""
    head = models.ForeignKey(
        "Message", on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    """The last message of the path that is shown; the path leads from it to the first one."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering: ClassVar[list[str]] = ["-updated_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "-updated_at", "-id"], name="conversations_of_an_owner"),
        ]

    def __str__(self) -> str:
        return self.title or self.id


class Message(models.Model):
    """A question or an answer. Another answer to the same question, or another wording of it, is
    another child of the same parent."""

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    id = models.CharField(max_length=40, primary_key=True, default=new_message_id, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="children")
    role = models.CharField(max_length=10, choices=Role)
    content = models.TextField(blank=True)
    """The model's own words, unchanged."""
    asked = models.JSONField(default=dict)
    """Of a question: `knowledge_base` and `prompt_template` as it was sent with them; another
    answer to it is made in the same way."""
    model = models.CharField(max_length=100, blank=True)
    """Of an answer: name of the configuration."""
    finish_reason = models.CharField(max_length=20, blank=True)
    """stop, length, cancelled (stopped or left), error; empty while it is being written."""
    error = models.JSONField(null=True)
    """Why it broke off: `{"code", "message"}`, as the client was told."""
    boxes = models.JSONField(default=list)
    """`[{"label", "box", "image"}]`; `image` counts the pictures of the path from 0."""
    annotations = models.JSONField(default=list)
    """Citations, as `message.annotations` of a completion."""
    usage = models.JSONField(null=True)
    seconds = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]

    def __str__(self) -> str:
        return self.id


class MessagePicture(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveIntegerField()
    """In its message, from 0."""
    file = models.FileField(max_length=200)
    """As it was sent, or upright anew; boxes are pixels of it, after its EXIF orientation."""
    thumbnail = models.FileField(max_length=200)
    stored_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    """Of its two files together."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar[list[str]] = ["message", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["message", "number"], name="one_picture_per_number_of_a_message"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.number}"
