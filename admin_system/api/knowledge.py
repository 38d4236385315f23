"""A chat that is answered from the knowledge base: whether it may, and where it looks."""

from __future__ import annotations

from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.threads import in_library
from admin_system.core.access import Caller
from admin_system.core.errors import BadRequest
from admin_system.core.models.api_key import Scope
from admin_system.core.types import ChatRequest
from admin_system.knowledge_base.services.answering import KnowledgeQuestion
from admin_system.knowledge_base.services.permissions import Allowed, find_topic


async def to_question(
    body: KnowledgeBody | None, request: ChatRequest, caller: Caller
) -> KnowledgeQuestion | None:
    """None where the knowledge base is not asked. Raises AccessDenied, EntryForbidden,
    EntryNotFound; BadRequest where the last turn asks nothing."""
    if body is None:
        return None
    caller.require(Scope.SEARCH.value)
    last = request.messages[-1]
    if last.role != "user" or not last.text.strip():
        raise BadRequest("knowledge_asks_nothing", param="messages")
    if request.sampling.n > 1 or request.tools is not None:  # it answers once, in words
        other = "n" if request.sampling.n > 1 else "tools"
        raise BadRequest("fields_conflict", param="knowledge_base", other=other)
    topics = await in_library(lambda: find_topics(body.topic, caller.topics))
    return KnowledgeQuestion(request, topics, body.top_k, body.min_score)


def find_topics(name: str | None, allowed: Allowed) -> Allowed:
    """Numbers of those to search; None means all. Blocks. Raises EntryForbidden, EntryNotFound."""
    return allowed if name is None else frozenset({find_topic(name, allowed).pk})
