"""Indexes made anew from the rows: by wish, or because what they are made of has changed."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import QuerySet

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.index_contents import last_change
from admin_system.knowledge_base.keywords import FREQUENCIES, lexical_rebuild, to_keyword_row
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import IndexChange, IndexStamp, Passage
from admin_system.vector_search.tokens import tokens_version

logger = logging.getLogger(__name__)

AT_ONCE = 2_000


def rebuild_vectors() -> int:
    """The vector index of the current model; how many passages it holds. Searches go on.

    Raises EmbedderLoadError, EmbedderFault.
    """
    profile = current_profile()
    return 0 if profile is None else len(get_live_index(profile).rebuild())


def rebuild_keywords() -> int:
    """The keyword index; how many passages it holds. Searches and most of the writing go on."""
    rebuild = lexical_rebuild()
    rebuild.begin()
    try:
        watermark, last = last_change(), 0
        while batch := list(in_keyword_index().filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
            last = batch[-1].pk
            rebuild.prepare(map(to_keyword_row, batch))
        with transaction.atomic():
            later = IndexChange.objects.filter(sequence__gt=watermark)
            changed = set(later.values_list("passage_id", flat=True))
            present = in_keyword_index().filter(pk__in=changed)
            rebuild.finish(changed, map(to_keyword_row, present))
            IndexStamp.objects.update_or_create(
                name=IndexStamp.KEYWORDS, defaults={"value": tokens_version()}
            )
    finally:
        rebuild.forget()
    FREQUENCIES.forget()
    return in_keyword_index().count()


def in_keyword_index() -> QuerySet[Passage]:
    """All that should stand in it; of a document that is being deleted until it is erased."""
    return Passage.objects.filter(live=True, enabled=True).select_related("document")


def check_tokens() -> None:
    """The same text may give other tokens after an update: then the keyword index is made anew."""
    stamp = IndexStamp.objects.filter(name=IndexStamp.KEYWORDS).first()
    if stamp is not None and stamp.value == tokens_version():
        return
    logger.info("the keyword index is made anew for the tokens of version %s", tokens_version())
    rebuild_keywords()
