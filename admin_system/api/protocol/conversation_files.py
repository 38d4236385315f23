"""A conversation as Markdown, to be read elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from admin_system.core.models import Conversation, Message
from admin_system.core.types import Language
from admin_system.messages import sentence


def to_markdown(conversation: Conversation, path: Sequence[Message], language: Language) -> str:
    """Questions and answers under headings; pictures and sources as links of this server."""
    parts = [f"# {conversation.title or conversation.pk}"]
    for message in path:
        parts.append(f"## {name_of(message, language)}")
        parts.extend(
            f"![{picture.width} x {picture.height}]({picture.file.url})"
            for picture in message.pictures.all()
        )
        if message.content:
            parts.append(message.content)
        if sources := "\n".join(list_sources(message)):
            parts.append(sources)
    return "\n\n".join(parts) + "\n"


def name_of(message: Message, language: Language) -> str:
    moment = f"{message.created_at:%Y-%m-%d %H:%M} UTC"
    if message.role == Message.Role.USER:
        return f"{sentence('export_question', language)} · {moment}"
    who = message.model or sentence("export_answer", language)
    return f"{who} · {moment}"


def list_sources(message: Message) -> Iterator[str]:
    """One line for each source, in the order of their numbers."""
    seen = set()
    for annotation in message.annotations:
        cited = annotation["url_citation"]
        number = message.content[cited["start_index"] : cited["end_index"]]
        if number not in seen:
            seen.add(number)
            yield f"- {number} [{cited['title']}]({cited['url']})"
