"""Sets of pictures, the edits of their boxes, and what goes when its days are over."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from admin_system.core.analysis import Analysis, AnalysisRequest
from admin_system.core.errors import BadRequest
from admin_system.core.images import read_picture
from admin_system.core.models import AnalysisRecord, PictureSet, SetPicture
from admin_system.core.picture_sets import (
    add_picture,
    latest_analyses,
    read_kept,
    remove_expired_sets,
    remove_set,
    sets_of,
)
from admin_system.core.records import edit_boxes, remove_expired_analyses, save_analysis
from admin_system.core.stored_pictures import SentPicture
from admin_system.core.types import Box, Usage

pytestmark = pytest.mark.django_db
WHITE = (255, 255, 255)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def picture_set() -> PictureSet:
    return PictureSet.objects.create(owner="user:1", title="巡查")


def send(width: int = 200, height: int = 100, kind: str = "PNG") -> SentPicture:
    buffer = BytesIO()
    Image.new("RGB", (width, height), WHITE).save(buffer, kind)
    data = buffer.getvalue()
    return SentPicture(data, read_picture(data, max_pixels=1_000_000))


def analyse(row: SetPicture, *boxes: Box) -> AnalysisRecord:
    request = AnalysisRequest(read_kept(row), "?", owner="user:1", kept_picture=row.pk)
    return save_analysis(request, Analysis("圆", boxes, Usage(8, 2), "stop", 0.5, "echo"))


def files_of(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_the_last_analysis_of_each_picture_counts(picture_set: PictureSet) -> None:
    one, two = (add_picture(picture_set, name, send()) for name in ("a.png", "子/b.png"))
    assert two.name == "b.png"
    analyse(one, Box("旧", 1, 1, 9, 9))
    last = analyse(one, Box("新", 1, 1, 9, 9))
    assert latest_analyses(picture_set) == {one.pk: last}
    (listed,) = sets_of("user:1", "巡")
    assert (listed.picture_count, listed.analysed_count) == (2, 1)
    assert not sets_of("user:2").exists()


def test_a_picture_is_kept_byte_for_byte_where_browsers_show_it(picture_set: PictureSet) -> None:
    jpeg, bitmap = send(kind="JPEG"), send(kind="BMP")
    kept = add_picture(picture_set, "a.jpg", jpeg)
    with kept.file.open("rb") as file:
        assert file.read() == jpeg.data
    turned = add_picture(picture_set, "a.bmp", bitmap)
    assert str(turned.file.name).endswith(".png")
    assert read_kept(turned).image.tobytes() == bitmap.picture.image.tobytes()


def test_edited_boxes_stand_beside_the_models_own_and_are_drawn(picture_set: PictureSet) -> None:
    record = analyse(add_picture(picture_set, "a.png", send()), Box("圆", 10, 10, 50, 50))
    former = record.boxed_image.path
    edit_boxes(record, [Box("方", 100, 20, 160, 80)])
    record.refresh_from_db()
    assert record.boxes == [{"label": "圆", "box": [10, 10, 50, 50]}]
    assert record.shown_boxes == [{"label": "方", "box": [100, 20, 160, 80]}]
    assert not Path(former).exists()
    with Image.open(record.boxed_image.path) as drawn:
        assert drawn.convert("RGB").getpixel((100, 50)) != WHITE
        assert drawn.convert("RGB").getpixel((10, 45)) == WHITE
    edit_boxes(record, [])
    assert (record.shown_boxes, record.is_drawn_as_shown) == ([], False)
    edit_boxes(record, None)
    assert (record.shown_boxes, record.is_drawn_as_shown) == (record.boxes, True)


def test_a_drawing_that_shows_other_boxes_is_not_passed_for_the_edit() -> None:
    """The picture of a question outside a set is not kept, so that nothing can be drawn anew."""
    request = AnalysisRequest(send().picture, "?")
    analysis = Analysis("圆", (Box("圆", 1, 1, 9, 9),), Usage(8, 2), "stop", 0.5, "echo")
    record = save_analysis(request, analysis)
    before = record.is_drawn_as_shown
    edit_boxes(record, [Box("圆", 2, 2, 9, 9)])
    assert (before, record.is_drawn_as_shown) == (True, False)
    assert Path(record.boxed_image.path).exists()


def test_a_set_goes_with_all_that_is_in_it(picture_set: PictureSet, media: Path) -> None:
    row = add_picture(picture_set, "a.png", send())
    analyse(row, Box("圆", 1, 1, 9, 9))
    assert files_of(media) == 4
    Path(row.file.path).unlink()
    with pytest.raises(BadRequest, match="set_picture_gone"):
        read_kept(SetPicture.objects.get())
    remove_set(picture_set)
    assert files_of(media) == 0
    assert not AnalysisRecord.objects.exists()


def test_days_count_from_the_last_thing_done_in_a_set(picture_set: PictureSet, media: Path) -> None:
    other = PictureSet.objects.create(owner="user:2")
    record = analyse(add_picture(picture_set, "a.png", send()), Box("圆", 1, 1, 9, 9))
    add_picture(other, "b.png", send())
    long_ago = timezone.now() - timedelta(days=31)
    AnalysisRecord.objects.update(created_at=long_ago)
    PictureSet.objects.update(updated_at=long_ago)
    edit_boxes(record, [])
    assert remove_expired_sets(0) == remove_expired_analyses(30) == 0
    assert remove_expired_sets(30) == 1
    assert PictureSet.objects.get() == picture_set
    assert AnalysisRecord.objects.exists()
    PictureSet.objects.update(updated_at=long_ago)
    assert remove_expired_sets(30) == 1
    assert files_of(media) == 0
