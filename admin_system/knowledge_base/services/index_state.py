"""How both indexes are: what they hold, how current they are, and what the last check found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import stored_vectors
from admin_system.knowledge_base.live_index import held_index, saved_at, stored_bytes
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Job, Passage
from admin_system.knowledge_base.searched_index import IndexKind
from admin_system.knowledge_base.services.library_jobs import library_jobs
from admin_system.knowledge_base.services.overview import IndexOverview, find_index_overview


@dataclass(frozen=True, slots=True)
class IndexState:
    profile: EmbeddingProfile | None
    """Of the embedding model in use."""
    overview: IndexOverview
    passages: int
    """Published ones, which the keyword index holds unless they are switched off."""
    vectors: int
    """That the vector index should hold: of passages that the model reads."""
    kind: IndexKind | None
    """None until it is opened."""
    file_bytes: int | None
    """Of its file, or of its graph in the database; None before there is one."""
    saved_at: datetime | None
    """Of its file."""
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
    ended = library_jobs().filter(kind=Job.Kind.CHECK, state=Job.State.DONE)
    return IndexState(
        profile=profile,
        overview=find_index_overview(profile),
        passages=Passage.objects.filter(live=True).count(),
        vectors=stored_vectors(profile.pk).count() if profile else 0,
        kind=index.kind if index else None,
        file_bytes=stored_bytes(profile) if profile else None,
        saved_at=saved_at(profile) if profile else None,
        changed_at=Document.objects.aggregate(last=Max("updated_at"))["last"],
        checked=ended.first(),
        active=library_jobs().filter(state__in=Job.ACTIVE).exclude(kind=Job.Kind.DROP).first(),
    )
