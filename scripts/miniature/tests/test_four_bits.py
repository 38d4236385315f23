"""The folder that ships is in four bits: taught so, taught further, and as good as it says."""

import random
from pathlib import Path

import torch
from answering import Answerer, read_network
from evaluate import BOX_ROWS, SHIPPED, TASK_ROWS, examine
from examination import scene_items
from export import export
from rounding import RoundedLinear, StraightThrough
from stream import StreamSettings, make_batches
from train import Settings, Trainer
from world import PLAIN, World

from admin_system.core.quantization.writer import is_text_linear

SCENES, SEED = 60, 20261122
"""Those of the table."""
LENIENCY = 0.05


def make_trainer(out: Path, rounded: int | None) -> Trainer:
    """At its first step, from the folder that ships."""
    settings = Settings(
        stage=2,
        steps=1,
        out=out,
        initial=SHIPPED,
        resume=False,
        tokenizer=SHIPPED,
        log=None,
        pictures=1,
        row_length=256,
        rate=1e-3,
        warmup=1,
        eye_rate=0.1,
        frozen=0.0,
        patch_weight=0.5,
        coordinate_weight=3.0,
        rounded=rounded,
        fresh=1.0,
        seed=1,
        threads=1,
    )
    return Trainer(settings)


def test_training_goes_on_from_the_folder_that_ships(tmp_path: Path) -> None:
    learned = make_trainer(tmp_path / "state.pt", None).model.network.state_dict()
    shipped = read_network(SHIPPED).state_dict()
    assert learned.keys() == shipped.keys()
    assert all(torch.equal(learned[name], shipped[name]) for name in shipped)


def test_rounding_gives_the_folders_own_weights_again(tmp_path: Path) -> None:
    """But for the last bit of a scale, which float16 may lose between export and rounding."""
    network = make_trainer(tmp_path / "state.pt", 32).model.network
    layers = [layer for layer in network.modules() if isinstance(layer, RoundedLinear)]
    assert len(layers) == 28
    for layer in layers:
        rounded = StraightThrough.apply(layer.weight, 32)
        torch.testing.assert_close(rounded, layer.weight.detach(), rtol=1e-3, atol=0)


def test_the_network_that_is_trained_is_the_one_that_is_loaded(tmp_path: Path) -> None:
    """After a step on rounded weights, an export in four bits and a load: the very weights."""
    trainer = make_trainer(tmp_path / "state.pt", 32)
    before = {name: value.clone() for name, value in trainer.model.network.state_dict().items()}
    batch = next(make_batches(StreamSettings(2, 1, 1, 1.0, 256, SHIPPED, World())))
    trainer.learn(batch)
    trainer.save()
    export(trainer.settings.out, SHIPPED, tmp_path / "folder", None, 32)
    trained = trainer.model.network.eval()
    loaded = read_network(tmp_path / "folder")
    layers = {
        f"{name}.weight": StraightThrough.apply(layer.weight, 32)
        for name, layer in trained.named_modules()
        if isinstance(layer, RoundedLinear)
    }
    expected = trained.state_dict()
    assert layers.keys() == {name for name in expected if is_text_linear(name)}
    for name, weight in loaded.state_dict().items():
        same = layers.get(name, expected[name].half().float())
        assert torch.equal(weight, same), name
        assert not torch.equal(expected[name], before[name]), name
    ids = torch.from_numpy(batch.rows[-1].ids)[None]
    with torch.inference_mode():
        theirs = loaded(input_ids=ids).logits
        assert torch.allclose(trained(input_ids=ids).logits, theirs, atol=0.05)
        for parameter in trained.parameters():  # norms and embeddings as they are stored, too
            parameter.copy_(parameter.half())
        assert torch.allclose(trained(input_ids=ids).logits, theirs, atol=1e-4)


def test_the_folder_is_as_good_as_its_readme_says() -> None:
    """Plain scenes, just as `evaluate.py` begins; five points are for other processors."""
    written = read_table("plain scenes")
    items = scene_items(random.Random(SEED), PLAIN, SCENES, None, "")
    tally = examine(Answerer(SHIPPED), items, wrong=False)
    for name in (*TASK_ROWS, *BOX_ROWS, "zh", "en"):
        mean, count = written[name]
        assert tally.mean(name) >= mean - LENIENCY, name
        if name != "box precision":  # counts the boxes of the answers
            assert tally.size(name) == count, name


def read_table(title: str) -> dict[str, tuple[float, int]]:
    """Means and counts by row of one table of the folder's README.md."""
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    table = text.split(f"| {title} |", 1)[1].split("\n\n", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {name: (float(mean), int(count)) for name, mean, count in rows}
