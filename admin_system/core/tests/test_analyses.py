"""A picture and a question through the real miniature: clean text, boxes, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image, ImageDraw
from pytest_django import Settings

from admin_system.core.analysis import Analysis, AnalysisRequest, stream_analysis
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.images import read_picture
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import remove_analyses, remove_expired_analyses, save_analysis
from admin_system.core.service import ModelService
from admin_system.core.types import Box, Delta, EngineSpec, Picture, ServiceState, Usage

LOAD_SECONDS = 120.0


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture(scope="module")
def miniature(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelService]:
    service = ModelService(tmp_path_factory.mktemp("service") / "model.lock")
    service.load(EngineSpec("builtin-demo", "local", path=str(MINIATURE), demo=True))
    status = service.wait(LOAD_SECONDS)
    assert status.state is ServiceState.READY, status
    yield service
    service.close()


def draw_circle(width: int, height: int, place: tuple[int, int, int, int]) -> Picture:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse(place, fill=(220, 30, 30))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return read_picture(buffer.getvalue(), max_pixels=10_000_000)


def make_analysis(*boxes: Box) -> Analysis:
    return Analysis("红色圆形", boxes, Usage(80, 9), "stop", 0.5, "builtin-demo")


async def test_the_miniature_answers_with_clean_text_and_a_box(miniature: ModelService) -> None:
    request = AnalysisRequest(draw_circle(448, 448, (120, 100, 300, 280)), "框出红色圆形")
    pieces = [piece async for piece in stream_analysis(miniature, request)]
    analysis = pieces[-1]
    assert isinstance(analysis, Analysis)
    assert "".join(piece.text for piece in pieces if isinstance(piece, Delta)) == analysis.text
    assert "<" not in analysis.text
    assert analysis.usage.completion_tokens > 0
    assert analysis.model == "builtin-demo"
    assert len(analysis.boxes) == 1


@pytest.mark.django_db
def test_an_analysis_is_kept_with_its_boxed_picture_and_a_thumbnail() -> None:
    request = AnalysisRequest(
        draw_circle(600, 300, (50, 50, 150, 150)), "框出红色圆形", owner="key:1"
    )
    record = save_analysis(request, make_analysis(Box("红色圆形", 50, 50, 150, 150)))
    record.refresh_from_db()
    assert record.pk.startswith("an_")
    assert record.owner == "key:1"
    assert record.boxes == [{"label": "红色圆形", "box": [50, 50, 150, 150]}]
    assert record.usage["total_tokens"] == 89
    with (
        Image.open(record.boxed_image.path) as boxed,
        Image.open(record.thumbnail.path) as thumbnail,
    ):
        assert boxed.size == (600, 300)
        assert boxed.convert("RGB").getpixel((100, 50)) != (255, 255, 255)  # the box's line
        assert max(thumbnail.size) == 256


@pytest.mark.django_db
def test_names_of_pictures_cannot_be_guessed_and_a_picture_without_boxes_is_not_drawn() -> None:
    request = AnalysisRequest(draw_circle(64, 64, (10, 10, 50, 50)), "有什么？")
    first, second = (save_analysis(request, make_analysis()) for _ in range(2))
    assert not first.boxed_image
    assert first.thumbnail.name != second.thumbnail.name
    assert len(Path(str(first.thumbnail.name)).stem) >= 32
    assert first.pk not in str(first.thumbnail.name)


@pytest.mark.django_db
def test_removed_analyses_take_their_files_along(media: Path) -> None:
    request = AnalysisRequest(draw_circle(64, 64, (10, 10, 50, 50)), "框出红色圆形")
    old, new = (save_analysis(request, make_analysis(Box("a", 1, 1, 9, 9))) for _ in range(2))
    AnalysisRecord.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    assert remove_expired_analyses(0) == 0
    assert remove_expired_analyses(30) == 1
    assert [record.pk for record in AnalysisRecord.objects.all()] == [new.pk]
    assert len([file for file in media.rglob("*") if file.is_file()]) == 2
    assert remove_analyses(AnalysisRecord.objects.all()) == 1
    assert not [file for file in media.rglob("*") if file.is_file()]
