"""Answers that are held to a form parse, and fit their schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.errors import BadRequest
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.engines.schemas import SCHEMAS
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    JsonFormat,
    Message,
    Sampling,
)

BOUND = 400
"""Tokens within which each of the schemas ends."""


@pytest.fixture(scope="module", params=["miniature", "qwen_vl"])
def engine(request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    folder: Path = MINIATURE if request.param == "miniature" else QWEN_VL / "ckpt-fp16"
    spec = EngineSpec("m", "local", path=str(folder), device="cpu", max_batch=8, max_waiting=200)
    engine = LocalEngine(spec)
    engine.load(ignore)
    yield engine
    engine.unload()


async def ask(engine: LocalEngine, form: JsonFormat, **sampling: Any) -> tuple[str, str]:
    """Text and how it ended."""
    request = ChatRequest(
        (Message.of_text("user", "give json"),),
        Sampling(**{"temperature": 0, "max_tokens": BOUND, **sampling}),
        format=form,
    )
    text = ""
    async for item in engine.submit(request):
        if isinstance(item, End):
            return text, item.finish_reason
        assert isinstance(item, Delta)
        text += item.text
    raise AssertionError("no end")


async def test_fifty_schemas_are_met(engine: LocalEngine) -> None:
    assert len(SCHEMAS) == 50
    warmth = [0.0, 1.0]
    answers = await asyncio.gather(
        *(
            ask(
                engine,
                JsonFormat(json.dumps(schema)),
                temperature=warmth[number % 2],
                seed=number,
            )
            for number, schema in enumerate(SCHEMAS)
        )
    )
    for schema, (text, reason) in zip(SCHEMAS, answers, strict=True):
        assert reason == "stop", (schema, text)
        jsonschema.validate(json.loads(text), schema)


async def test_an_object_of_any_kind_is_one(engine: LocalEngine) -> None:
    text, reason = await ask(engine, JsonFormat(), temperature=1.0, seed=4, max_tokens=200)
    if reason == "stop":
        assert isinstance(json.loads(text), dict)
    else:
        assert text.startswith("{")


async def test_a_form_that_is_cut_off_says_so(engine: LocalEngine) -> None:
    _, reason = await ask(engine, JsonFormat(json.dumps(SCHEMAS[1])), max_tokens=5)
    assert reason == "length"


FORCED = "one, two and three ＝ 三"
WHOLE = json.dumps({"said": FORCED}, ensure_ascii=False)


def forced() -> JsonFormat:
    """Leaves no choice but WHOLE."""
    properties = {"said": {"const": FORCED}}
    return JsonFormat(
        json.dumps(
            {
                "type": "object",
                "properties": properties,
                "required": ["said"],
                "additionalProperties": False,
            }
        )
    )


async def test_a_form_a_stop_string_and_a_limit_hold_together(engine: LocalEngine) -> None:
    """Whatever comes first ends the answer; what a stop string held back comes out at a limit."""
    whole, reason = await ask(engine, forced())
    assert (json.loads(whole), reason) == (json.loads(WHOLE), "stop")
    cut, reason = await ask(engine, forced(), stop=("and t", "no such words"))
    assert (cut, reason) == (whole[: whole.index("and t")], "stop")
    limits = range(1, 12)
    answers = await asyncio.gather(
        *(ask(engine, forced(), stop=("three!", "one, twice"), max_tokens=n) for n in limits)
    )
    texts = [text for text, _ in answers]
    assert all(whole.startswith(text) for text in texts)
    assert texts == sorted(texts, key=len)
    assert [reason for _, reason in answers[:8]] == ["length"] * 8


@pytest.mark.parametrize(
    "schema", ['{"type": "nothing"}', '{"$ref": "#/nowhere"}', '{"allOf": [{"$ref": "#"}]}']
)
async def test_a_schema_without_a_meaning_is_the_callers_fault(
    engine: LocalEngine, schema: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        await ask(engine, JsonFormat(schema))
    assert (caught.value.code, caught.value.param) == ("schema_refused", "response_format")
    text, _ = await ask(engine, JsonFormat(json.dumps(SCHEMAS[0])))
    assert json.loads(text)
