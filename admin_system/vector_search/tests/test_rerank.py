"""A cross-encoder from a folder scores question and passage together."""

from __future__ import annotations

from pathlib import Path

import pytest

from admin_system.vector_search.errors import RerankerLoadError
from admin_system.vector_search.rerank import CrossEncoderReranker


def make_cross_encoder(folder: Path, labels: int) -> None:
    """A tiny BERT with random weights, large enough that words make a difference."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "pump", "seal", "lunch"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=labels,
        initializer_range=0.5,
    )
    torch.manual_seed(0)
    BertForSequenceClassification(config).save_pretrained(folder)


def test_each_passage_gets_its_own_score_between_zero_and_one(tmp_path: Path) -> None:
    make_cross_encoder(tmp_path / "reranker", 1)
    reranker = CrossEncoderReranker(tmp_path / "reranker", "cpu")
    reranker.load()
    scores = reranker.rerank("the pump", ["the seal", "lunch", "the seal"])
    assert len(scores) == 3
    assert all(0 < score < 1 for score in scores)
    assert scores[0] == pytest.approx(scores[2], abs=1e-5)
    assert scores[0] != pytest.approx(scores[1], abs=1e-3)
    assert reranker.rerank("the pump", []) == []


def test_a_model_that_is_no_reranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RerankerLoadError) as raised:
        CrossEncoderReranker(tmp_path).load()
    assert raised.value.code == "reranker_folder_missing"
    make_cross_encoder(tmp_path / "classifier", 3)
    with pytest.raises(RerankerLoadError) as raised:
        CrossEncoderReranker(tmp_path / "classifier", "cpu").load()
    assert raised.value.code == "reranker_not_loadable"
