"""How the library is when all work is done, said once for all tests that disturb it."""

from __future__ import annotations

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.keywords import keyword_index, to_keyword_row
from admin_system.knowledge_base.live_index import get_live_index
from admin_system.knowledge_base.models import Document, Job, Passage, PassageVector
from admin_system.knowledge_base.services.rebuilding import in_keyword_index


def assert_all_is_well() -> None:
    """No job is left, no draft, and both indexes hold the live passages, each once."""
    assert not Job.objects.filter(state__in=Job.ACTIVE).exists()
    assert not Passage.objects.filter(live=False).exists()
    ids = list(Passage.objects.filter(live=True).order_by("pk").values_list("pk", flat=True))
    assert keyword_index().ids() == ids
    assert keyword_index().is_whole()
    assert keyword_index().counts_exactly(map(to_keyword_row, in_keyword_index()))
    profile = current_profile()
    assert profile is not None
    assert get_live_index(profile).get().ids().tolist() == ids
    vectors = PassageVector.objects.filter(profile=profile)
    assert sorted(vectors.values_list("passage_id", flat=True)) == ids


def texts_of(document: Document) -> list[str]:
    passages = Passage.objects.filter(document=document, live=True)
    return list(passages.order_by("ordinal").values_list("text", flat=True))
