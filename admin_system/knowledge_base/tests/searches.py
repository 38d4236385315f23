"""What a search finds, in short."""

from __future__ import annotations

from admin_system.knowledge_base.services.searching import PassageHit, search_passages


def found(query: str, **narrowed: object) -> list[str]:
    """Texts, best first."""
    return [hit.passage.text for hit in hits(query, **narrowed)]


def hits(query: str, **narrowed: object) -> tuple[PassageHit, ...]:
    return search_passages(query=query, **narrowed).hits  # type: ignore[arg-type]
