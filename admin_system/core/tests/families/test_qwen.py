"""How each family sees pictures, writes boxes and wants to be asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from admin_system.core.errors import BadPicture, LoadError
from admin_system.core.families import FAMILIES, find_family, get_family
from admin_system.core.families.qwen import QwenFamily
from admin_system.core.families.qwen2_5_vl import Qwen25VL
from admin_system.core.types import Detail, EngineSpec, Language, Picture, PicturePart, PixelBudget

SPEC = EngineSpec("x", "local")


def part(width: int, height: int, detail: Detail = "auto") -> PicturePart:
    return PicturePart(Picture(Image.new("RGB", (width, height)), ""), detail)


@settings(deadline=None)
@given(
    st.integers(1, 6000),
    st.integers(1, 6000),
    st.sampled_from([(28, 3136, 12_845_056), (32, 65_536, 16_777_216), (28, 12_544, 12_544)]),
)
def test_pictures_are_shown_at_the_size_of_transformers(
    width: int, height: int, facts: tuple[int, int, int]
) -> None:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

    factor, least, most = facts
    family = Qwen25VL(PixelBudget(least, most), factor)
    if max(width, height) > 200 * min(width, height):
        with pytest.raises(BadPicture):
            family.shown_size(width, height, "auto", family.pixel_budget(SPEC))
        return
    down, across = smart_resize(height, width, factor, least, most)
    assert family.shown_size(width, height, "auto", family.pixel_budget(SPEC)) == (across, down)


@pytest.mark.parametrize("name", ["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_5"])
def test_low_detail_shows_less_and_never_more(name: str) -> None:
    family = get_family(name)
    budget = family.pixel_budget(SPEC)
    low = family.shown_size(6000, 4000, "low", budget)
    high = family.shown_size(6000, 4000, "high", budget)
    assert low[0] * low[1] <= 512 * 512
    assert 0.9 * budget.max_pixels < high[0] * high[1] <= budget.max_pixels
    assert high == family.shown_size(6000, 4000, "auto", budget)
    assert family.shown_size(300, 200, "low", budget) == family.shown_size(300, 200, "auto", budget)


def test_the_configuration_goes_before_the_checkpoint_before_the_published_budget() -> None:
    published = get_family("qwen3_vl").pixel_budget(SPEC)
    assert published == PixelBudget(65_536, 16_777_216)
    config = {
        "model_type": "qwen3_vl",
        "vision_config": {"patch_size": 14, "spatial_merge_size": 2},
    }
    family = find_family(config, {"size": {"shortest_edge": 1000, "longest_edge": 9000}})
    assert family.pixel_budget(SPEC) == PixelBudget(1000, 9000)
    assert family.pixel_budget(EngineSpec("x", "local", max_pixels=500)) == PixelBudget(500, 500)
    assert family.pixel_budget(EngineSpec("x", "local", min_pixels=20_000)) == PixelBudget(
        20_000, 20_000
    )
    assert family.shown_size(100, 100, "auto", PixelBudget(1000, 9000)) == (84, 84)


def test_a_box_belongs_to_the_last_picture() -> None:
    family = get_family("qwen3_vl")
    pictures = [part(50, 50), part(400, 200)]
    (box,) = family.find_boxes(
        '[{"bbox_2d": [250, 200, 500, 800], "label": "x"}]', pictures, family.pixel_budget(SPEC)
    )
    assert (box.x1, box.y1, box.x2, box.y2, box.image) == (100, 40, 200, 160, 1)


def test_without_a_picture_there_is_no_box() -> None:
    family = get_family("qwen2_vl")
    assert family.find_boxes("<box>(1,2),(3,4)</box>", [], family.pixel_budget(SPEC)) == ()


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LoadError) as caught:
        find_family({"model_type": "llama"})
    assert caught.value.code == "checkpoint_unknown_family"
    assert "qwen2_5_vl" in str(caught.value.values["known"])
    with pytest.raises(LoadError):
        get_family("llama")


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({"model_type": "qwen", "visual": {"image_size": 448}}, "qwen_vl"),
        ({"model_type": "qwen2_vl"}, "qwen2_vl"),
        ({"model_type": "qwen2_5_vl"}, "qwen2_5_vl"),
        ({"model_type": "qwen3_vl"}, "qwen3_vl"),
        ({"model_type": "qwen3_vl_moe"}, "qwen3_vl"),
        ({"model_type": "qwen3_5"}, "qwen3_5"),
        ({"model_type": "qwen3_5_moe"}, "qwen3_5"),
    ],
)
def test_the_family_is_told_from_the_configuration(config: dict[str, object], name: str) -> None:
    assert find_family(config).name == name


def test_the_text_model_of_2023_is_refused_as_one_without_vision() -> None:
    with pytest.raises(LoadError) as caught:
        find_family({"model_type": "qwen"})
    assert caught.value.code == "checkpoint_text_only"


def test_every_type_has_one_family() -> None:
    types = [name for family in FAMILIES for name in family.model_types]
    assert len(types) == len(set(types))


def writes_tags() -> QwenFamily:
    family = find_family({"model_type": "qwen3_vl"}, writes_tags=True)
    assert isinstance(family, QwenFamily)
    return family


@pytest.mark.parametrize(
    ("query", "labels", "language", "asked"),
    [
        ("框出红色圆形", (), "zh", "框出红色圆形"),
        ("", ("红色圆形", "蓝色方形"), "zh", "框出红色圆形、蓝色方形"),
        ("", ("red circle",), "en", "Find the red circle"),
        ("", ("red circle", "blue square"), "en", "Find the red circle and the blue square"),
        ("红色圆形", (), "zh", "框出红色圆形"),
        ("Find the red circle", (), "en", "Find the red circle"),
        ("", (), "zh", "框出所有物体"),
        ("图中有什么？", (), "zh", "图中有什么？\n框出所有物体"),
        ("Describe it.", ("cat",), "en", "Describe it.\nFind the cat"),
    ],
)
def test_a_wish_for_boxes_is_worded_so_that_the_miniature_knows_it(
    query: str, labels: tuple[str, ...], language: Language, asked: str
) -> None:
    assert writes_tags().detection_query(query, labels, language) == asked


def test_families_that_answer_in_json_are_asked_for_it() -> None:
    family = get_family("qwen3_vl")
    assert "JSON" in family.detection_query("", ("猫",), "zh")
    assert "JSON" in family.detection_query("", ("cat",), "en")
    assert family.detection_query("框出猫", (), "zh") == "框出猫"
