"""An embedding model that sees gives vectors of pictures, and opens nothing that a text names."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.errors import EmbedderFault
from admin_system.vector_search.tests.clip import write_clip_folder


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    folder = write_clip_folder(tmp_path_factory.mktemp("clip"))
    embedder = create_embedder(EmbedderSpec(kind="folder", path=str(folder), device="cpu"))
    embedder.load()
    return embedder


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address of a picture, and what was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            del arguments

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/secret.png", asked
        server.shutdown()
        thread.join()


def test_pictures_become_unit_vectors_in_their_order(clip: Embedder) -> None:
    pictures = [Image.new("RGB", size, "red") for size in ((64, 40), (40, 64), (1, 900))]
    pictures.append(Image.radial_gradient("L").convert("RGB"))
    vectors = clip.embed_pictures(pictures)
    assert clip.profile.sees
    assert vectors.shape == (4, clip.profile.dim)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(clip.embed_pictures(pictures[3:])[0], vectors[3], atol=1e-5)
    assert vectors[0] @ vectors[1] > 0.99 > vectors[0] @ vectors[3]
    assert clip.embed_pictures([]).shape == (0, clip.profile.dim)


def test_a_text_is_never_opened_as_a_file_or_an_address(
    clip: Embedder, listener: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = listener
    file = tmp_path / "secret.png"
    Image.new("RGB", (64, 64), "red").save(file)
    texts = [address, str(file), "data:image/png;base64,AAAA", "a pump"]
    vectors = clip.embed(texts)
    (seen,) = clip.embed_pictures([Image.new("RGB", (64, 64), "red")])
    assert not asked
    assert max(vectors @ seen) < 0.9
    assert len({vector.tobytes() for vector in vectors}) == len(texts)


def test_a_model_that_reads_texts_only_says_so(minilm: Embedder, hashing: Embedder) -> None:
    for embedder in (minilm, hashing):
        assert not embedder.profile.sees
        with pytest.raises(EmbedderFault, match="embedder_sees_nothing"):
            embedder.embed_pictures([Image.new("RGB", (64, 64))])


def test_a_picture_that_no_model_takes_is_told(
    clip: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(EmbedderFault, match="embedder_bad_picture"):
        clip.embed_pictures([Image.new("RGB", (0, 64))])
