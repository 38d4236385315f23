"""Files as programs make them are each found by a question about what they say, on its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL.Image import Image

from admin_system.core.tests.engines.upstream import serving
from admin_system.knowledge_base.embedding import forget_embedder
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import Document, EmbeddingProfile, Passage, Topic
from admin_system.knowledge_base.services.adding import NewDocument
from admin_system.knowledge_base.services.uploading import add_upload
from admin_system.knowledge_base.tests.searches import hits
from admin_system.knowledge_base.tests.vision_upstream import VisionUpstream, loaded
from admin_system.knowledge_base.worker import Worker

FOLDER = Path(__file__).parent / "data" / "real"
SCAN = "租赁合同。A lease.\n\n出租方：青禾农机站\n租金每月四千二百元"
SIGN = "一块绿色路牌。A green sign.\n\n河口渡\nRiver Ferry 06:45"

QUESTIONS = [
    ("放蜂人是谁", "orchard.docx", "何巧云", None),
    ("翠冠什么时候采收", "orchard.docx", "七月十八日", None),
    ("Who ground the mirror of the telescope?", "observatory.pdf", "Ada Wren", 2),
    ("When is the radio dish switched off?", "observatory.pdf", "Sundays", 2),
    ("轴承和皮带合计多少金额", "stock.xlsx", "190", 1),
    ("Which supplier is in Leeds?", "stock.xlsx", "Northern Belts", 2),
    ("夜间值班室的分机号是多少", "bridge.pptx", "7316", 3),
    ("How often is the bridge repainted?", "bridge.pptx", "seven years", 2),
    ("骆驼是在哪里找到的", "novel.epub", "第三口井", 2),
    ("How many hives did not survive the winter?", "bees.docx", "eleven", None),
    ("When does the last boat to Larkholm leave?", "ferry.html", "21:40", None),
    ("座钟每天慢几分钟", "clock-shop.txt", "三分钟", None),
    ("庙会上领头的是谁", "temple-fair.txt", "林阿土", None),
    ("灯王是谁制作的", "民俗/灯会.txt", "苗春喜", None),
    ("How deep is the deepest well?", "notes/wells.md", "62 metres", None),
    ("租金每月多少", "scan.pdf", "四千二百元", 1),
    ("什么时候有渡船 river ferry", "sign.jpg", "06:45", None),
]


@pytest.fixture
def bundled(library: Topic) -> Iterator[Topic]:
    """With the embedding model that ships."""
    EmbeddingProfile.objects.all().delete()
    profile = EmbeddingProfile.objects.create(
        name="minilm", kind="bundled", device="cpu", is_current=True
    )
    yield library
    forget_live_indexes()
    forget_embedder(profile)


def test_each_real_file_is_found_by_a_question_about_it(bundled: Topic) -> None:
    names = sorted(path.name for path in FOLDER.iterdir() if path.name != "README.md")
    assert len(names) == 12
    for name in names:
        new = NewDocument(bundled, name.removesuffix(".gbk").removesuffix(".big5"))
        upload = add_upload(new, [(FOLDER / name).read_bytes()])
        assert not upload.left_out
    upstream = VisionUpstream(read_words)
    with serving(upstream) as url, loaded(url):
        Worker().run(until_empty=True)
    states = dict(Document.objects.values_list("name", "state"))
    assert states == dict.fromkeys(states, "ready"), Document.objects.values("name", "error_code")
    assert sorted(image.width > image.height for image in upstream.seen) == [False, True]
    wrong = [
        (question, [hit.passage.text[:60] for hit in found])
        for question, name, answer, page in QUESTIONS
        if not (found := hits(question, limit=3))
        or not answered(found[0].passage, name, answer, page)
    ]
    assert wrong == []


def answered(passage: Passage, name: str, answer: str, page: int | None) -> bool:
    pages = {passage.page, passage.last_page}
    return passage.document.name == name and answer in passage.text and page in pages


def read_words(image: Image) -> str:
    """The sign lies on its side in the file; upright it is wider than high, as no page is."""
    return SIGN if image.width > image.height else SCAN
