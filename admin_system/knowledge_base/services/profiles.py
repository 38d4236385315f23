"""Changing the embedding model: the new vectors are made beside the old ones, then it is switched.

Searches use the current profile alone, which is another row from one moment to the next; the old
vectors and their index file go when no search can still be using them.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import PurePath
from urllib.parse import urlsplit

from django.db.models import QuerySet

from admin_system.knowledge_base import jobs
from admin_system.knowledge_base.embedding import (
    EmbedderChanged,
    current_profile,
    get_embedder,
    load_embedder,
)
from admin_system.knowledge_base.errors import ProfileInUse
from admin_system.knowledge_base.models import EmbeddingProfile, Job, PassageVector
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.embedder import EmbedderSpec

logger = logging.getLogger(__name__)

DROP_DELAY = timedelta(seconds=30)
"""For searches that began before the switch."""
BUNDLED = "all-MiniLM-L6-v2"
SUPERSEDED = "§"
"""Begins the name of a profile whose weights are no more; its row goes with its vectors."""


def change_profile(name: str, spec: EmbedderSpec) -> Job:
    """Starts the change to that model, loaded here once to see that it works; the job tells how far
    it is. A profile of this name is given the new values, unless it is the current one.

    Blocks for a load. Raises EmbedderLoadError, ProfileInUse.
    """
    key = load_embedder(spec).profile.key
    with writing():
        profile = EmbeddingProfile.objects.filter(name=name).first() or EmbeddingProfile(name=name)
        if profile.is_current and profile.key not in ("", key):
            raise ProfileInUse("profile_in_use", name=name)
        if profile.key and profile.key != key:  # what an earlier change left behind
            PassageVector.objects.filter(profile=profile).delete()
        give_spec(profile, spec)
        profile.key = key
        profile.save()
        for other in Job.objects.filter(kind=Job.Kind.EMBED, state__in=Job.ACTIVE):
            if other.profile_id != profile.pk:
                cancel_change(other)
        Job.objects.filter(kind=Job.Kind.DROP, profile=profile, state__in=Job.ACTIVE).update(
            state=Job.State.CANCELLED
        )
        return jobs.add(Job.Kind.EMBED, profile=profile)


def suggest_name(spec: EmbedderSpec) -> str:
    """Another one than the current profile's, which goes on serving."""
    names = {
        "bundled": BUNDLED,
        "hash": "hash",
        "folder": PurePath(spec.path).name,
        "url": f"{spec.model} @ {urlsplit(spec.url).hostname}",
    }
    name = names[spec.kind][:90]
    current = EmbeddingProfile.objects.filter(is_current=True, name=name).first()
    return name if current is None or current.spec == spec else f"{name} ({current.pk})"


def shown_profiles() -> QuerySet[EmbeddingProfile]:
    """Without those that go with their vectors."""
    return EmbeddingProfile.objects.exclude(name__startswith=SUPERSEDED)


def give_spec(profile: EmbeddingProfile, spec: EmbedderSpec) -> None:
    profile.kind, profile.path, profile.url = spec.kind, spec.path, spec.url
    profile.model, profile.api_key = spec.model, spec.key
    profile.query_prompt, profile.document_prompt = spec.query_prompt, spec.document_prompt
    profile.scripts = None if spec.scripts is None else sorted(spec.scripts)
    profile.device, profile.precision, profile.dim = spec.device, spec.precision, spec.dim


def cancel_change(job: Job) -> bool:
    """The old model stays; what was made for the new one is dropped."""
    with writing():
        cancelled = jobs.cancel_job(job)
        if cancelled and job.profile is not None and not job.profile.is_current:
            jobs.add(Job.Kind.DROP, profile=job.profile)
        return cancelled


def make_current(profile: EmbeddingProfile) -> None:
    """In a transaction; the former one is dropped a little later."""
    former = current_profile()
    if former is not None and former.pk == profile.pk:
        return
    if former is not None:
        EmbeddingProfile.objects.filter(pk=former.pk).update(is_current=False)
        jobs.add(Job.Kind.DROP, profile=former, after=DROP_DELAY)
    EmbeddingProfile.objects.filter(pk=profile.pk).update(is_current=True)
    logger.info("searches use the embedding model %s from now on", profile.name)


def check_weights() -> None:
    """Notices that the files of the current model are others than those its vectors were made
    with: they are made anew under a row of their own, which is the current one from now on. Until
    then passages without a vector are found by their words. Blocks for a load.

    Raises EmbedderLoadError.
    """
    profile = current_profile()
    if profile is None:
        return
    try:
        get_embedder(profile)
    except EmbedderChanged:
        key = load_embedder(profile.spec).profile.key
        logger.warning("the embedding model %s is now %s; embedding anew", profile.name, key)
        renew_profile(profile, key)


def renew_profile(profile: EmbeddingProfile, key: str) -> None:
    with writing():
        row = EmbeddingProfile.objects.filter(pk=profile.pk, is_current=True, key=profile.key)
        if not row.update(name=f"{SUPERSEDED}{profile.pk} {profile.name}"[:100]):
            return  # another process was quicker
        fresh = EmbeddingProfile(name=profile.name, key=key)
        give_spec(fresh, profile.spec)
        fresh.save()
        make_current(fresh)
        jobs.add(Job.Kind.EMBED, profile=fresh)
