"""Vectors in the database: there, whole, of unit length, and of a model that is in use."""

from __future__ import annotations

from collections.abc import Iterator

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.checking.finding import Finding
from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.index_contents import READ_AT_ONCE, to_vector
from admin_system.knowledge_base.models import EmbeddingProfile, Job, Passage, PassageVector
from admin_system.knowledge_base.services.embedding_passages import embed_passages
from admin_system.knowledge_base.services.profiles import check_weights
from admin_system.knowledge_base.services.publishing import note_changes
from admin_system.knowledge_base.writing import writing


def find_wrong_vectors() -> Iterator[Finding]:
    """Also notices a model whose files have changed. Raises EmbedderLoadError."""
    check_weights()
    profile = current_profile()
    if profile is None:
        return
    dim = get_embedder(profile).profile.dim
    vectors = PassageVector.objects.filter(profile=profile).exclude(data=b"")
    rows = vectors.values_list("pk", "passage_id", "data")
    wrong = [
        (pk, passage)
        for pk, passage, data in rows.iterator(READ_AT_ONCE)
        if to_vector(data, dim) is None
    ]
    if wrong:

        def remove() -> None:
            with writing():
                PassageVector.objects.filter(pk__in=[pk for pk, _ in wrong]).delete()
                note_changes(passage for _, passage in wrong)

        yield Finding("check_vectors_wrong", {"passages": len(wrong)}, remove)


def find_lacking_vectors() -> Iterator[Finding]:
    profile = current_profile()
    if profile is None or is_being_made(profile):
        return
    live = Passage.objects.filter(live=True)
    if count := live.exclude(vectors__profile=profile).count():
        yield Finding(
            "check_vectors_lacking",
            {"passages": count},
            lambda: embed_passages(live, profile, lambda share: None),
        )


def find_unused_vectors() -> Iterator[Finding]:
    """What a change of the model left behind."""
    for profile in EmbeddingProfile.objects.filter(is_current=False):
        if is_being_made(profile):
            continue
        if count := PassageVector.objects.filter(profile=profile).count():
            values = {"vectors": count, "name": profile.name}
            yield Finding("check_vectors_unused", values, lambda p=profile: drop(p))  # type: ignore[misc]


def drop(profile: EmbeddingProfile) -> None:
    jobs.add(Job.Kind.DROP, profile=profile)


def is_being_made(profile: EmbeddingProfile) -> bool:
    """Or unmade: a job has it in hand, or waits to be tried again."""
    rows = Job.objects.filter(profile=profile)
    return rows.filter(state__in=(*Job.ACTIVE, Job.State.FAILED)).exists()
