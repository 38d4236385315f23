"""Text comes out as soon as it is sure, and never in halves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.engines.local.text import Detokenizer, TextStream
from admin_system.core.engines.local.transformers_preparation import open_tokenizer
from admin_system.core.engines.stops import StopFilter

TOKENIZER = open_tokenizer(inspect_checkpoint(MINIATURE))
DETOKENIZER = Detokenizer(TOKENIZER)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_out_whole_in_whole_characters(text: str) -> None:
    stream = TextStream(DETOKENIZER)
    ids = TOKENIZER.backend_tokenizer.encode(text).ids
    pieces = [stream.push(token) for token in ids if token not in DETOKENIZER.silent]
    expected = DETOKENIZER.decode([token for token in ids if token not in DETOKENIZER.silent])
    assert "".join(pieces) == expected.removesuffix("\ufffd")
    if "\ufffd" not in text:
        assert not any("\ufffd" in piece for piece in pieces)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(sorted(set(TOKENIZER.get_vocab().values()) - DETOKENIZER.silent)),
        max_size=40,
    )
)
def test_any_tokens_come_out_as_decoded_at_once(ids: list[int]) -> None:
    stream = TextStream(DETOKENIZER)
    text = "".join(stream.push(token) for token in ids)
    assert text == DETOKENIZER.decode(ids).removesuffix("\ufffd")


def test_special_tokens_are_silent_and_box_tags_are_not() -> None:
    stream = TextStream(DETOKENIZER)
    ids = TOKENIZER.backend_tokenizer.encode("<|im_start|><ref>a</ref><|vision_end|>").ids
    assert "".join(map(stream.push, ids)) == "<ref>a</ref>"


@settings(deadline=None)
@given(
    st.text(alphabet="abc", max_size=30),
    st.lists(st.text(alphabet="abc", min_size=1, max_size=4), max_size=3),
    st.data(),
)
def test_a_stop_filter_cuts_at_the_earliest_stop(
    text: str, stops: list[str], data: st.DataObject
) -> None:
    keeper = StopFilter(stops)
    said = ""
    rest = text
    while rest and not keeper.stopped:
        size = data.draw(st.integers(1, len(rest)))
        said += keeper.push(rest[:size])
        rest = rest[size:]
        assert not any(stop in said for stop in stops)
    said += keeper.flush()
    ends = [end for stop in stops for end in [text.find(stop)] if end >= 0]
    assert keeper.stopped == bool(ends)
    if not ends:
        assert said == text
    else:  # of stops that overlap, the one that is complete first ends the text
        assert text.startswith(said)
        assert len(said) >= min(ends)
        assert any(text.startswith(stop, len(said)) for stop in stops)
