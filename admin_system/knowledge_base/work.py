"""Which work each kind of job is."""

from __future__ import annotations

from admin_system.knowledge_base import leases
from admin_system.knowledge_base.hold import Hold
from admin_system.knowledge_base.leases import Outcome
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Job
from admin_system.knowledge_base.services.embedding_library import drop_profile, embed_library
from admin_system.knowledge_base.services.indexing import index_document
from admin_system.knowledge_base.services.library_jobs import LIBRARY_WORK
from admin_system.knowledge_base.services.removing import erase_document


def run_job(job: Job, hold: Hold) -> Outcome:
    """Does the work. Raises what the work raises."""
    if job.kind in leases.PROMPT:
        document = Document.objects.filter(jobs=job).first()
        return Outcome("cancelled") if document is None else work_on(job, document, hold)
    if job.kind in LIBRARY_WORK:
        leases.tell_result(job, LIBRARY_WORK[job.kind](job, hold))
        return Outcome("done")
    profile = EmbeddingProfile.objects.filter(job=job).first()
    if profile is None:
        return Outcome("cancelled")
    if job.kind == Job.Kind.EMBED:
        embed_library(job, profile, hold)
    else:
        drop_profile(profile, hold)
    return Outcome("done")


def work_on(job: Job, document: Document, hold: Hold) -> Outcome:
    if job.kind == Job.Kind.REMOVE:
        erase_document(document, hold)
        return Outcome("done")
    if document.state == Document.State.DELETING:
        return Outcome("cancelled")
    indexed = index_document(document, hold)
    if (wait := indexed.wait) is not None:
        return Outcome("waiting", wait.code, wait.values, wait.after)
    return Outcome("done")
