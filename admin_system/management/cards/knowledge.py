"""What the overview tells of the knowledge base: `management/cards/knowledge.html`."""

from __future__ import annotations

from typing import Any

from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.services.overview import find_overview

State = Document.State


def describe_knowledge() -> dict[str, Any]:
    """For `{% include "management/cards/knowledge.html" %}`, under `knowledge`."""
    overview = find_overview(None)
    counts = overview.documents
    return {
        "knowledge": {
            "topics": overview.topics,
            "documents": sum(counts.values()),
            "passages": overview.passages,
            "working": sum(counts.get(state, 0) for state in (*Document.WORKING, State.PAUSED)),
            "waiting": counts.get(State.WAITING, 0),
            "failed": counts.get(State.FAILED, 0),
            "model": overview.index.model,
            "reads_chinese": overview.index.reads is None or "han" in overview.index.reads,
            "behind": overview.index.behind or 0,
        }
    }
