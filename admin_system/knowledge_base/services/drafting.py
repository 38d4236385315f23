"""Passages in the making, beside those that are live: what was embedded once is not done again."""

from __future__ import annotations

from collections.abc import Sequence

from admin_system.knowledge_base.models import Document, DocumentPicture, Passage, PassageVector
from admin_system.knowledge_base.readers.reading import Reading
from admin_system.knowledge_base.services.picture_words import Described
from admin_system.knowledge_base.services.publishing import require_content, store_vectors
from admin_system.knowledge_base.splitting.passages import PassageDraft

AT_ONCE = 2_000


def to_rows(
    document: Document, drafts: Sequence[PassageDraft], described: Described
) -> list[Passage]:
    """Not saved: the text's passages, then one for each picture that is found by how it looks."""
    hashes = [picture.sha256 for picture in described.pictures]
    rows = [to_row(document, draft, hashes) for draft in drafts]
    starts = picture_starts(described.reading)
    for place, picture in enumerate(described.pictures):
        if picture.source != "scan":  # a page is found by its words
            rows.append(to_picture_row(document, len(rows), picture, starts.get(place, 0)))
    return rows


def to_row(document: Document, draft: PassageDraft, hashes: Sequence[str]) -> Passage:
    return Passage(
        document=document,
        ordinal=draft.ordinal,
        text=draft.text,
        context=draft.context,
        headings=list(draft.headings),
        page=draft.page,
        last_page=draft.last_page,
        start=draft.start,
        end=draft.end,
        pictures=[hashes[place] for place in draft.pictures],
        is_question=draft.is_question,
    )


def to_picture_row(
    document: Document, ordinal: int, picture: DocumentPicture, start: int
) -> Passage:
    """Its text is for showing only."""
    return Passage(
        document=document,
        ordinal=ordinal,
        text=picture.words or document.title,
        page=picture.page,
        last_page=picture.page,
        start=start,
        end=start,
        picture=picture.sha256,
    )


def picture_starts(reading: Reading) -> dict[int, int]:
    """Where the blocks of pictures begin, by their places in `reading.pictures`."""
    return {block.picture: block.start for block in reading.blocks if block.picture is not None}


def store_drafts(document: Document, rows: Sequence[Passage]) -> None:
    """Beside the live passages. Those of an attempt that broke off stay where they say the same,
    and unchanged text takes over the vector of its live passage: neither is embedded again.

    In a transaction that requires the hold. Raises ContentReplaced.
    """
    require_content(document)
    live = list(Passage.objects.filter(document=document, live=True))
    repeat_edits(document, rows, live)
    kept = {
        place_of(passage): passage.pk
        for passage in Passage.objects.filter(document=document, live=False)
    }
    wanted = {place_of(row) for row in rows}
    stale = [key for place, key in kept.items() if place not in wanted]
    Passage.objects.filter(pk__in=stale).delete()
    Passage.objects.bulk_create(
        [row for row in rows if place_of(row) not in kept], batch_size=AT_ONCE
    )
    if live:
        take_over_vectors(document, live)


def place_of(passage: Passage) -> tuple[object, ...]:
    return (
        *(passage.ordinal, passage.start, passage.end, passage.page),
        *(passage.picture, passage.context, passage.text, *passage.pictures),
    )


def repeat_edits(document: Document, rows: Sequence[Passage], live: Sequence[Passage]) -> None:
    """What somebody wrote in a passage stays, where the text that it replaced comes again."""
    edited = [passage for passage in live if passage.edited]
    if not edited:
        return
    whole = document.full_text.text
    written = {
        (passage.context, whole[passage.start : passage.end]): passage.text for passage in edited
    }
    for row in rows:
        text = written.get((row.context, row.text))
        if text is not None and not row.picture:
            row.text, row.edited = text, True


def take_over_vectors(document: Document, live: Sequence[Passage]) -> None:
    known = {(passage.picture, passage.indexed_text): passage.pk for passage in live}
    drafts = Passage.objects.filter(document=document, live=False, vectors=None)
    sources = {
        draft.pk: source
        for draft in drafts
        if (source := known.get((draft.picture, draft.indexed_text))) is not None
    }
    vectors: dict[int, list[tuple[int, bytes]]] = {}
    for vector in PassageVector.objects.filter(passage__document=document, passage__live=True):
        vectors.setdefault(vector.passage_id, []).append((vector.profile_id, bytes(vector.data)))
    taken: dict[int, tuple[list[int], list[bytes]]] = {}
    for draft, source in sources.items():
        for profile_id, data in vectors.get(source, ()):
            ids, blobs = taken.setdefault(profile_id, ([], []))
            ids.append(draft)
            blobs.append(data)
    for profile_id, (ids, blobs) in taken.items():
        store_vectors(profile_id, ids, blobs)
