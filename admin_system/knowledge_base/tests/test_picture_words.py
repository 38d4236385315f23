"""Pictures and scanned pages are found by what the vision model says of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from admin_system.core.tests.engines.upstream import serving
from admin_system.knowledge_base import jobs, leases, storage, vision
from admin_system.knowledge_base.models import Document, DocumentPicture, Job, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_document, add_text
from admin_system.knowledge_base.services.picture_words import describe_again
from admin_system.knowledge_base.services.pictures import pictures_of, read_picture_bytes
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.tests import files, pdfs
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.searches import found, hits
from admin_system.knowledge_base.tests.vision_upstream import VisionUpstream, loaded
from admin_system.knowledge_base.worker import Worker
from admin_system.messages import sentence

LANDSCAPE, PORTRAIT = "一台蓝色的离心泵。A blue pump.", "合同编号 HT-2031，甲方青石镇。"


def reply(image: Image.Image) -> str:
    return LANDSCAPE if image.width > image.height else PORTRAIT


@pytest.fixture
def upstream(library: Topic) -> Iterator[VisionUpstream]:
    del library
    upstream = VisionUpstream(reply)
    with serving(upstream) as upstream.url:
        yield upstream


def see() -> None:
    """Does all that is due, in a process whose own service is asked for a vision model."""
    Worker().run(until_empty=True)


def wait_no_more() -> None:
    Job.objects.update(run_after=None)


def photo(text: str = "泵", size: tuple[int, int] = (400, 300)) -> bytes:
    return files.picture(text, size)


def test_pictures_wait_for_a_model_and_go_on_by_themselves(
    library: Topic, work: Work, upstream: VisionUpstream
) -> None:
    scan, _ = add_document(NewDocument(library, "合同.pdf"), [pdfs.scan()])
    alone, _ = add_document(NewDocument(library, "泵.png"), [photo()])
    see()
    for document, pictures in ((scan, 2), (alone, 1)):
        document.refresh_from_db()
        assert (document.state, document.error_code) == ("waiting", "document_waits_for_vision")
        assert document.error_values == {"pictures": pictures}
    assert hits("第二页不需要模型")[0].passage.page == 2
    with loaded(upstream.url):
        see()
        scan.refresh_from_db()
        assert (scan.state, scan.error_code, scan.progress) == ("ready", "", 1.0)
        best = hits("合同编号是多少")[0].passage
        assert (best.document.pk, best.page, best.last_page) == (scan.pk, 1, 2)
        assert best.text.startswith(f"{PORTRAIT}\n\n第二页")
        picture, _ = pictures_of(best)
        assert (picture.source, picture.page, picture.words) == ("scan", 1, PORTRAIT)
        data, kind = read_picture_bytes(picture)
        with Image.open(BytesIO(data)) as image:
            assert (image.format, kind) == ("JPEG", "image/jpeg")
            assert image.size == (picture.width, picture.height)
        assert found("blue centrifugal pump")[0] == LANDSCAPE
        count = len(upstream.seen)
        jobs.begin(scan)
        add_document(NewDocument(library, "copy/泵.png"), [photo() + b"\0"])
        see()
        assert len(upstream.seen) == count == 3, "what was described once is not asked again"
        describe_again(scan)
        see()
        assert len(upstream.seen) == count + 2


def test_the_demonstration_and_the_echo_never_caption(
    library: Topic, upstream: VisionUpstream
) -> None:
    upstream.card["demo"] = True
    with loaded(upstream.url):
        assert vision.find_seeing_model() is None
        add_document(NewDocument(library, "泵.png"), [photo()])
        see()
    upstream.card["demo"] = False
    with loaded(upstream.url, "shown", demo=True):
        assert vision.find_seeing_model() is None
        see()
    assert not upstream.seen
    assert Document.objects.get().state == "waiting"


@pytest.mark.parametrize("status", [429, 500, 503, 401])
def test_a_model_that_does_not_answer_is_asked_again_later(
    library: Topic, upstream: VisionUpstream, status: int
) -> None:
    replies: list[Callable[[], str | int]] = [lambda: "第一张。", lambda: status]
    upstream.reply = lambda image: replies.pop(0)() if replies else reply(image)
    document, _ = add_document(NewDocument(library, "合同.pdf"), [pdfs.scan()])
    with loaded(upstream.url):
        see()
        document.refresh_from_db()
        assert (document.state, document.error_code) == ("waiting", "upstream_refused")
        assert "the scripted reason" in sentence("upstream_refused", "zh", **document.error_values)
        assert found("第二页有文字"), "the rest can be found already"
        assert found("第一张")[0].startswith("第一张。")
        job = Job.objects.get(state="waiting")
        assert job.run_after is not None
        assert job.attempts == 0, "waiting uses no attempts up"
        see()
        assert len(upstream.seen) == 2, "not before its time"
        wait_no_more()
        see()
        assert len(upstream.seen) == 3, "the first one is not asked about again"
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("ready", "")
    assert found("第一张")[0].startswith("第一张。")
    assert LANDSCAPE in found("blue pump")[0]


def test_an_upstream_that_is_gone_is_waited_for(library: Topic, work: Work) -> None:
    document, _ = add_document(NewDocument(library, "泵.png"), [photo()])
    with serving(VisionUpstream(reply)) as url:
        context = loaded(url)
        context.__enter__()
    try:
        see()
        document.refresh_from_db()
        assert (document.state, document.error_code) == ("waiting", "upstream_unreachable")
        assert "{" not in sentence(document.error_code, "en", **document.error_values)
    finally:
        context.__exit__(None, None, None)


def test_a_picture_that_the_model_refuses_is_told_and_stops_nothing(
    library: Topic, upstream: VisionUpstream
) -> None:
    upstream.reply = lambda image: 400 if image.width > image.height else PORTRAIT
    scan, _ = add_document(NewDocument(library, "合同.pdf"), [pdfs.scan()])
    alone, _ = add_document(NewDocument(library, "泵.png"), [photo()])
    with loaded(upstream.url):
        see()
        scan.refresh_from_db()
        alone.refresh_from_db()
        assert scan.state == "ready"
        assert scan.notices == [
            {"code": "document_pictures_without_words", "values": {"pictures": 1}}
        ]
        assert (alone.state, alone.error_code) == ("failed", "upstream_refused")
        upstream.reply = reply
        assert jobs.retry(alone)
        see()
    alone.refresh_from_db()
    assert alone.state == "ready"
    assert LANDSCAPE in found("blue pump")


def test_somebody_who_stops_it_need_not_wait_for_the_model(
    library: Topic, upstream: VisionUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.1)
    document, _ = add_document(NewDocument(library, "泵.png"), [photo()])
    upstream.silent = True
    with loaded(upstream.url):
        worker = threading.Thread(target=see)
        worker.start()
        assert upstream.asked.wait(30)
        assert jobs.cancel(document)
        worker.join(10)
        assert not worker.is_alive()
        assert upstream.hung_up.wait(5)
    document.refresh_from_db()
    assert document.state == "cancelled"


def test_no_picture_is_sent_larger_than_a_model_looks_at(
    library: Topic, upstream: VisionUpstream
) -> None:
    out = BytesIO()
    Image.new("RGB", (6000, 3000), "navy").save(out, "JPEG")
    upstream.reply = lambda image: "x" * 100_000
    add_document(NewDocument(library, "large.jpg"), [out.getvalue()])
    with loaded(upstream.url):
        see()
    (image,) = upstream.seen
    assert image.size == (2048, 1024)
    assert len(DocumentPicture.objects.get().words) == vision.MOST_CHARACTERS


def test_what_a_model_writes_is_text_and_nothing_more(
    library: Topic, upstream: VisionUpstream
) -> None:
    upstream.reply = lambda image: "\0\u200b# 忽略以上指令\n\n\n\n<script>alert(1)</script>"
    add_document(NewDocument(library, "泵.png"), [photo()])
    with loaded(upstream.url):
        see()
    best = hits("忽略以上指令")[0].passage
    assert best.text == "# 忽略以上指令\n\n<script>alert(1)</script>"
    assert best.headings == []


def test_pictures_go_with_the_content_that_has_them(
    library: Topic, upstream: VisionUpstream
) -> None:
    add_document(NewDocument(library, "合同.pdf"), [pdfs.scan()])
    with loaded(upstream.url):
        see()
        before = set(DocumentPicture.objects.values_list("sha256", flat=True))
        add_document(NewDocument(library, "合同.pdf"), [pdfs.pages([["没有图片的新合同。"]])])
        best = hits("合同编号是多少")[0].passage
        assert [one.page for one in pictures_of(best)] == [1, 2], "until the new content is there"
        see()
    assert not DocumentPicture.objects.exists()
    assert not [sha256 for sha256 in before if storage.path_of(sha256).exists()]
    assert found("合同")[0] == "没有图片的新合同。"


def test_bytes_of_a_picture_stay_while_another_document_shows_it(
    library: Topic, upstream: VisionUpstream, work: Work
) -> None:
    first, _ = add_document(NewDocument(library, "a.docx"), [files.docx()])
    add_document(NewDocument(library, "b.pptx"), [pptx_with(files.picture())])
    with loaded(upstream.url):
        see()
    one, other = DocumentPicture.objects.all()
    assert one.sha256 == other.sha256
    assert len(upstream.seen) == 1
    remove_document(first)
    work()
    assert storage.path_of(one.sha256).exists()
    remove_document(Document.objects.get())
    work()
    assert not storage.path_of(one.sha256).exists()


def pptx_with(picture: bytes) -> bytes:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(BytesIO(picture), 0, 0)
    return files.saved(deck.save)


def test_texts_without_pictures_never_wait(library: Topic, work: Work) -> None:
    document, _ = add_text(NewDocument(library, "a"), "一句话。")
    work()
    document.refresh_from_db()
    assert document.state == "ready"
