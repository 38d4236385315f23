"""The library's overview -> what /api/status says of it."""

from __future__ import annotations

from typing import Any

from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.services.overview import Overview


def encode_overview(overview: Overview) -> dict[str, Any]:
    """Every state is named, so that programs need not guess; what is not known is null."""
    index = overview.index
    return {
        "topics": overview.topics,
        "documents": {
            state: overview.documents.get(state, 0)
            for state in Document.State.values
            if state != Document.State.DELETING
        },
        "passages": overview.passages,
        "index": {
            "model": index.model,
            "reads": None if index.reads is None else list(index.reads),
            "vectors": index.vectors,
            "behind": index.behind,
        },
    }
