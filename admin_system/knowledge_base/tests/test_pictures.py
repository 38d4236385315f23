"""With an embedding model that sees, a picture is found by how it looks, described or not."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from admin_system.core.errors import BadPicture
from admin_system.knowledge_base.embedding import forget_embedder
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.services.editing import edit_passage
from admin_system.knowledge_base.services.pictures import pictures_of
from admin_system.knowledge_base.services.searching import PassageHit, search_passages
from admin_system.knowledge_base.services.topics import create_topic
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found
from admin_system.vector_search.errors import EmbedderFault
from admin_system.vector_search.tests.clip import write_clip_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip_folder(tmp_path_factory.mktemp("clip"))


@pytest.fixture
def seeing(library: Topic, folder: Path) -> Iterator[Topic]:
    EmbeddingProfile.objects.all().delete()
    profile = EmbeddingProfile.objects.create(
        name="clip",
        kind="folder",
        path=str(folder),
        device="cpu",
        scripts=["latin", "han"],
        is_current=True,
    )
    yield library
    forget_live_indexes()
    forget_embedder(profile)


def stripes(colour: str, width: int, side: int = 320, kind: str = "PNG") -> bytes:
    image = Image.new("RGB", (side, side), "white")
    for left in range(0, side, 2 * width):
        ImageDraw.Draw(image).rectangle((left, 0, left + width, side), fill=colour)
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


def seen(picture: bytes, **narrowed: object) -> tuple[PassageHit, ...]:
    return search_passages(query="", picture=picture, **narrowed).hits  # type: ignore[arg-type]


def test_a_picture_is_found_by_a_like_picture(seeing: Topic, work: Work) -> None:
    other = create_topic("另一个")
    for name, colour, width, topic in (
        ("red.png", "red", 10, seeing),
        ("wide.png", "navy", 80, seeing),
        ("navy.png", "navy", 10, other),
    ):
        add_document(NewDocument(topic, name), [stripes(colour, width)])
    add_text(NewDocument(seeing, "a"), "Stripes in red.")
    work()
    for name, query in (
        ("red.png", stripes("red", 10, 640, "JPEG")),
        ("wide.png", stripes("navy", 80, kind="WEBP")),
    ):
        best = seen(query, topics=[seeing.pk], limit=1)[0]
        assert best.passage.document.name == name
        assert best.score > 0.9
        (picture,) = pictures_of(best.passage)
        assert picture.sha256 == best.passage.picture
    everywhere = [hit.passage.document.name for hit in seen(stripes("navy", 10), limit=9)]
    assert everywhere[0] == "navy.png"
    assert len(everywhere) == 4
    assert not seen(stripes("navy", 10), topics=[])
    assert all(hit.score >= 0.9 for hit in seen(stripes("red", 10), min_score=0.9))
    assert Document.objects.get(name="red.png").state == "waiting", "its words are still to come"


def test_words_find_text_as_before_and_a_scan_has_no_looks(seeing: Topic, work: Work) -> None:
    add_document(NewDocument(seeing, "scan.pdf"), [pdfs.scan()])
    add_document(NewDocument(seeing, "report.docx"), [files.docx()])
    work()
    pictures = Passage.objects.exclude(picture="")
    assert sorted(pictures.values_list("document__name", "page")) == [
        ("report.docx", None),
        ("scan.pdf", 2),
    ]
    assert "周大山" in found("水车由谁设计")[0]
    assert not any(hit.passage.picture for hit in search_passages(query="a", mode="keyword").hits)
    (best, *_) = seen(files.picture())
    assert best.passage.document.name == "report.docx"


def test_a_picture_passage_is_switched_off_and_stays_so(seeing: Topic, work: Work) -> None:
    document, _ = add_document(NewDocument(seeing, "report.docx"), [files.docx()])
    work()
    edit_passage(seen(files.picture(), limit=1)[0].passage, enabled=False)
    assert not any(hit.passage.picture for hit in seen(files.picture()))
    add_document(NewDocument(seeing, "report.docx"), [changed(files.docx())])
    work()
    document.refresh_from_db()
    assert document.version == 2
    assert not any(hit.passage.picture for hit in seen(files.picture()))
    assert "周大山" in found("水车由谁设计")[0]


def changed(data: bytes) -> bytes:
    from docx import Document as Docx

    document = Docx(BytesIO(data))
    document.add_paragraph("还有一句。")
    return files.saved(document.save)


def test_without_such_a_model_pictures_cost_and_disturb_nothing(library: Topic, work: Work) -> None:
    add_document(NewDocument(library, "red.png"), [stripes("red", 10)])
    add_text(NewDocument(library, "a"), "Stripes in red.")
    work()
    (passage,) = Passage.objects.exclude(picture="")
    assert bytes(passage.vectors.get().data) == b""
    assert found("red.png") == ["Stripes in red."]
    with pytest.raises(EmbedderFault, match="embedder_sees_nothing"):
        seen(stripes("red", 10))


def test_what_is_no_picture_is_the_callers_fault(seeing: Topic) -> None:
    del seeing
    with pytest.raises(BadPicture):
        seen(b"no picture")
