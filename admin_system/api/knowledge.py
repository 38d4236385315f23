"""A chat that is answered from the knowledge base: whether it may, and where it looks."""

from __future__ import annotations

from collections.abc import Collection

from admin_system.api.errors import RecordNotFound
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.core.access import AccessDenied, Caller
from admin_system.core.errors import BadRequest
from admin_system.core.models.api_key import Scope
from admin_system.core.types import ChatRequest
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.answering import KnowledgeQuestion, in_thread


async def to_question(
    body: KnowledgeBody | None, request: ChatRequest, caller: Caller
) -> KnowledgeQuestion | None:
    """None where the knowledge base is not asked. Raises AccessDenied, RecordNotFound; BadRequest
    where the last turn asks nothing."""
    if body is None:
        return None
    caller.require(Scope.SEARCH.value)
    last = request.messages[-1]
    if last.role != "user" or not last.text.strip():
        raise BadRequest("knowledge_asks_nothing", param="messages")
    topics = await find_topics(body.topic, getattr(caller, "topics", None))
    return KnowledgeQuestion(request, topics, body.top_k, body.min_score)


async def find_topics(name: str | None, allowed: Collection[int] | None) -> Collection[int] | None:
    """Ids of those to search; None means all. Raises AccessDenied, RecordNotFound."""
    if name is None:
        return allowed
    topic = await in_thread(lambda: Topic.objects.filter(name=name.strip()).first())
    if allowed is not None and (topic is None or topic.pk not in allowed):
        raise AccessDenied("knowledge_topic_forbidden", 403, topic=name)
    if topic is None:
        raise RecordNotFound("knowledge_topic_unknown", param="knowledge_base.topic", topic=name)
    return [topic.pk]
