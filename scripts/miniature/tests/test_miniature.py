"""The miniature's scenes, dialogues and training forward."""

import random

import numpy as np
import pytest
import torch
from answering import Inquiry
from dialogues import picture_exchange, text_exchange
from network import Miniature, build_config
from painter import ScenePainter
from pictures import LEAST_AREA, MOST_AREA, cut_patches, grid_of, patch_truth
from rows import PREFIX, RowPacker, visible_tokens
from scenes import make_scene
from scoring import boxes_in, matched_overlaps, overlap, things_in
from shapes import KINDS
from train import SHIPPED
from transformers import AutoTokenizer
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
    Qwen2VLImageProcessorPil,
)
from vocabulary import Vocabulary
from world import PLAIN, World

SIZES = ((320, 320), (300, 500), (1600, 900), (97, 103), (900, 300))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(SHIPPED)


@pytest.fixture(scope="module")
def model(vocabulary: Vocabulary) -> Miniature:
    torch.manual_seed(0)
    network: Miniature = Miniature(build_config(vocabulary)).eval()
    return network


@pytest.mark.parametrize("kind", KINDS)
def test_a_box_is_what_was_painted(kind: str) -> None:
    source = random.Random(kind)
    for _ in range(6):
        painter = ScenePainter(source, PLAIN, (400, 300))
        painter.canvas.rectangle((0, 0, 9999, 9999), fill=(255, 255, 255))
        painter.tone = np.array([255.0, 255.0, 255.0])
        while not painter.add(kind, "blue"):
            pass
        painted = np.asarray(painter.picture()).astype(int)
        inside = np.abs(painted - 255).sum(-1) > 120
        rows, columns = inside.any(1).nonzero()[0], inside.any(0).nonzero()[0]
        found = columns[0] / 400, rows[0] / 300, (columns[-1] + 1) / 400, (rows[-1] + 1) / 300
        assert painter.placed[0][0].box == pytest.approx(found, abs=2.1 / 300)


def test_the_same_seed_paints_the_same_scene() -> None:
    one, other = (make_scene(random.Random(5), World()) for _ in range(2))
    assert one.shapes == other.shapes
    assert one.picture.tobytes() == other.picture.tobytes()


def test_patches_are_the_processors_own() -> None:
    processor = Qwen2VLImageProcessorPil(
        patch_size=14,
        size={"shortest_edge": LEAST_AREA, "longest_edge": MOST_AREA},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    for size in SIZES:
        picture = make_scene(random.Random(1), World(), size).picture
        theirs = processor(images=[picture], return_tensors="pt")
        assert tuple(theirs["image_grid_thw"][0, 1:].tolist()) == grid_of(size)
        ours = torch.from_numpy(cut_patches(picture)).float().view(-1, 3, 196) / 127.5 - 1
        for frame in theirs["pixel_values"].view(-1, 3, 2, 196).unbind(2):
            assert torch.allclose(frame, ours, atol=1e-6)


@torch.no_grad()
def test_the_training_forward_is_transformers_own(model: Miniature) -> None:
    for size in SIZES:
        patches = torch.from_numpy(
            np.stack(
                [cut_patches(make_scene(random.Random(n), PLAIN, size).picture) for n in (1, 2)]
            )
        )
        grid = grid_of(size)
        ours = model.look(patches, grid)
        frames = (patches.float() / 127.5 - 1).view(-1, 3, 1, 196).expand(-1, -1, 2, -1)
        theirs = model.network.model.visual(
            frames.reshape(-1, 1176), torch.tensor([[1, *grid]] * 2), return_dict=True
        )
        assert torch.allclose(ours.flatten(0, 1), theirs.last_hidden_state, atol=1e-4)
        assert torch.allclose(model.picture_tokens(ours), theirs.pooler_output, atol=1e-4)


def test_patches_know_the_shape_they_lie_on() -> None:
    scene = make_scene(random.Random(2), PLAIN, (640, 480), first=("heart", "red"))
    kinds, colours, boxes = patch_truth(scene.shapes, grid_of((640, 480)))
    assert set(kinds) - {0} == {1 + KINDS.index(shape.kind) for shape in scene.shapes}
    assert ((kinds == 0) == (colours == 0)).all()
    for kind in set(kinds) - {0}:
        known = [shape.box for shape in scene.shapes if KINDS.index(shape.kind) + 1 == kind]
        told = boxes[kinds == kind]
        assert all(any(box == pytest.approx(true) for true in known) for box in told)


def test_dialogues_survive_the_tokenizer(vocabulary: Vocabulary) -> None:
    source = random.Random(3)
    for _ in range(40):
        shapes = make_scene(source, World(areas=(60, 70))).shapes
        for exchange in (picture_exchange(source, shapes), text_exchange(source)):
            for text in (exchange.question, exchange.answer):
                plain = text.replace("\x1f", "")
                ids = vocabulary.encode(text)
                assert vocabulary.tokenizer.decode(ids, skip_special_tokens=False) == plain


def test_a_row_is_what_the_chat_template_writes(vocabulary: Vocabulary, model: Miniature) -> None:
    tokenizer = AutoTokenizer.from_pretrained(SHIPPED, trust_remote_code=False)
    scene = make_scene(random.Random(4), PLAIN, (300, 500))
    exchanges = [picture_exchange(random.Random(n), scene.shapes) for n in (1, 2)]
    one, two = ((e.question.replace("\x1f", ""), e.answer.replace("\x1f", "")) for e in exchanges)
    inquiry = Inquiry(two[0], (scene.picture,) * 2, (one,), "You are a helpful assistant.")
    template = tokenizer.apply_chat_template(
        inquiry.messages(), tokenize=False, add_generation_prompt=True
    )
    grid = grid_of((300, 500))
    picture = "<|image_pad|>" * (grid[0] * grid[1] // 4)
    theirs = tokenizer(template.replace("<|image_pad|>", picture) + two[1] + "<|im_end|>")
    prefix, positions = vocabulary.prefix("You are a helpful assistant.", [grid] * 2)
    spoken, _ = vocabulary.conversation(exchanges)
    assert prefix + spoken == theirs["input_ids"]
    ids = torch.tensor([prefix])
    expected, _ = model.network.model.get_rope_index(
        ids,
        mm_token_type_ids=(ids == vocabulary.picture).int(),
        image_grid_thw=torch.tensor([[1, *grid]] * 2),
    )
    assert (expected[:, 0].numpy() == positions).all()


def test_conversations_of_a_row_do_not_see_each_other(vocabulary: Vocabulary) -> None:
    shapes = make_scene(random.Random(6), PLAIN).shapes
    row = RowPacker(random.Random(6), vocabulary, 256).fill([(8, 8)], [shapes])
    segments = torch.from_numpy(row.segments)[None]
    visible = visible_tokens(segments)[0, 0]
    second = int((row.segments == 2).nonzero()[0][0])
    assert visible[second, row.segments == PREFIX].all()
    assert not visible[second, row.segments == 1].any()
    assert not visible.triu(1).any()
    assert not row.answers[row.segments <= 0].any()


def test_answers_are_scored_by_their_boxes() -> None:
    text = "<ref>红色圆形</ref><box>(0,0),(100,100)</box><box>(500,500),(600,600)</box>"
    boxes = boxes_in(text)
    assert boxes == [(0, 0, 100, 100), (500, 500, 600, 600)]
    assert overlap(boxes[0], (50, 0, 150, 100)) == pytest.approx(1 / 3)
    assert matched_overlaps(boxes, [(500, 500, 600, 600)]) == [0.0, 1.0]
    assert things_in("左侧有大的红色圆形") == {("红色", "圆形"): 1}
