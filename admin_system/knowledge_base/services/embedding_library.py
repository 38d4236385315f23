"""The work behind a change of the embedding model: all vectors, the index, the switch, the end."""

from __future__ import annotations

from admin_system.knowledge_base import leases
from admin_system.knowledge_base.hold import Hold, MakesWay
from admin_system.knowledge_base.live_index import get_live_index, remove_index
from admin_system.knowledge_base.models import EmbeddingProfile, Job, Passage, PassageVector
from admin_system.knowledge_base.services.embedding_passages import embed_passages
from admin_system.knowledge_base.services.profiles import SUPERSEDED, make_current
from admin_system.knowledge_base.writing import writing

DROPPED_AT_ONCE = 2_000
EMBEDDED = 0.95
"""Share of the whole work, told as progress, at which embedding ends and the index is built."""


def embed_library(job: Job, profile: EmbeddingProfile, hold: Hold) -> None:
    """Embeds all that is live with the profile's model, builds its index and switches to it.

    What was embedded stays over interruptions. Raises EmbedderLoadError, EmbedderFault,
    WorkStopped, LeaseLost, and MakesWay for work that somebody waits for.
    """
    already = 1 - share_lacking(profile)

    def report(share: float) -> None:
        hold.look()
        leases.tell_progress(job, EMBEDDED * (already + (1 - already) * share))
        if leases.prompt_work_waits():
            raise MakesWay

    while True:
        embed_passages(Passage.objects.filter(live=True), profile, report)
        hold.look()
        live_index = get_live_index(profile)
        live_index.get(patience=None)  # built, or caught up
        live_index.tend()
        if switch_to(profile, hold):
            return


def share_lacking(profile: EmbeddingProfile) -> float:
    live = Passage.objects.filter(live=True)
    return live.exclude(vectors__profile=profile).count() / max(1, live.count())


def switch_to(profile: EmbeddingProfile, hold: Hold) -> bool:
    """False when documents were published meanwhile that lack the profile's vectors.

    Raises LeaseLost.
    """
    with writing():
        hold.require()
        if Passage.objects.filter(live=True).exclude(vectors__profile=profile).exists():
            return False
        make_current(profile)
        return True


def drop_profile(profile: EmbeddingProfile, hold: Hold) -> None:
    """Its vectors and its index; never of the one in use. Raises WorkStopped, LeaseLost."""
    while True:
        hold.look()
        with writing():
            hold.require()
            if EmbeddingProfile.objects.filter(pk=profile.pk, is_current=True).exists():
                return
            vectors = PassageVector.objects.filter(profile=profile)
            some = list(vectors.values_list("pk", flat=True)[:DROPPED_AT_ONCE])
            PassageVector.objects.filter(pk__in=some).delete()
            if not some:
                EmbeddingProfile.objects.filter(pk=profile.pk).update(key="")
                break
    remove_index(profile)
    if profile.name.startswith(SUPERSEDED):
        profile.delete()
