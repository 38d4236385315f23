"""How both indexes are: what they hold, how current they are, and what the last check found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import stored_vectors
from admin_system.knowledge_base.live_index import held_index, index_store
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Job, Passage
from admin_system.knowledge_base.services.library_jobs import library_jobs
from admin_system.knowledge_base.services.overview import IndexOverview, find_index_overview
from admin_system.vector_search.structures import StructureKind


@dataclass(frozen=True, slots=True)
class IndexState:
    profile: EmbeddingProfile | None
    """Of the embedding model in use."""
    overview: IndexOverview
    passages: int
    """Published ones, which the keyword index holds unless they are switched off."""
    vectors: int
    """That the vector index should hold: of passages that the model reads."""
    kind: StructureKind | None
    """None until it is opened."""
    file_bytes: int | None
    """None before it was saved first."""
    saved_at: datetime | None
    changed_at: datetime | None
    """Of the last change of a document."""
    checked: Job | None
    """The last check that came to its end."""
    active: Job | None
    """Work on the whole library that runs or waits."""


def find_index_state() -> IndexState:
    """Loads nothing."""
    profile = current_profile()
    index = held_index(profile) if profile else None
    file = index_store(profile).path if profile else None
    facts = file.stat() if file and file.exists() else None
    ended = library_jobs().filter(kind=Job.Kind.CHECK, state=Job.State.DONE)
    return IndexState(
        profile=profile,
        overview=find_index_overview(profile),
        passages=Passage.objects.filter(live=True).count(),
        vectors=stored_vectors(profile.pk).count() if profile else 0,
        kind=index.kind if index else None,
        file_bytes=facts.st_size if facts else None,
        saved_at=datetime.fromtimestamp(facts.st_mtime, UTC) if facts else None,
        changed_at=Document.objects.aggregate(last=Max("updated_at"))["last"],
        checked=ended.first(),
        active=library_jobs().filter(state__in=Job.ACTIVE).exclude(kind=Job.Kind.DROP).first(),
    )
