"""The official client works against the service unchanged."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from admin_system.api.tests.pictures import draw_circle, to_data_url
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def client(server: ServerProcess) -> Iterator[OpenAI]:
    with OpenAI(
        base_url=f"{server.url}/api/v1",
        api_key="none",
        max_retries=0,
        default_headers={"Accept-Language": "en"},
    ) as client:
        yield client


def test_the_current_model_stands_first(client: OpenAI) -> None:
    models = client.models.list().data
    assert models[0].id == "echo"
    assert {"builtin-demo", "qwen-vl-chat"} <= {model.id for model in models}
    assert client.models.retrieve("parrot").id == "echo"


def test_a_chat_is_answered(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="parrot", messages=[{"role": "user", "content": "你好 world"}]
    )
    choice = answer.choices[0]
    assert choice.message.content == "你好 world"
    assert choice.finish_reason == "stop"
    assert answer.model == "echo"
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert (answer.model_extra or {})["processing_time"].endswith("秒")


def test_a_picture_comes_with_a_data_url(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="echo",
        messages=[
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": to_data_url(draw_circle(300, 240))}},
                    {"type": "text", "text": "框出红色圆形"},
                ],
            }
        ],
    )
    boxes = (answer.choices[0].message.model_extra or {})["boxes"]
    assert boxes == [{"label": "红色圆形", "box": [75, 60, 225, 180], "image": 0}]


def test_a_stream_ends_with_its_usage(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="echo",
        messages=[{"role": "user", "content": "one two three"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    *chunks, last = list(stream)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "one two three"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert not last.choices
    assert last.usage is not None
    assert last.usage.completion_tokens == 3


def test_a_stop_string_and_a_limit_end_the_answer(client: OpenAI) -> None:
    def ask(**fields: object) -> tuple[str | None, str]:
        answer = client.chat.completions.create(
            model="echo",
            messages=[{"role": "user", "content": "one two three"}],
            extra_body=fields,
        )
        return answer.choices[0].message.content, answer.choices[0].finish_reason

    assert ask(stop=[" two"]) == ("one", "stop")
    assert ask(max_tokens=2) == ("one two", "length")


def test_a_bad_request_raises_the_clients_own_exception(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="temperature is 9; it is at most 2") as bad:
        client.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": "x"}], temperature=9
        )
    assert bad.value.param == "temperature"
    with pytest.raises(openai.BadRequestError, match="does not support n yet"):
        client.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": "x"}], n=2
        )
    with pytest.raises(openai.NotFoundError, match="There is no model gpt-4"):
        client.chat.completions.create(model="gpt-4", messages=[{"role": "user", "content": "x"}])
    with pytest.raises(openai.BadRequestError) as long:
        client.chat.completions.create(
            model="echo", messages=[{"role": "user", "content": "word " * 9000}], stream=True
        )
    assert long.value.code == "context_length_exceeded"


def test_a_model_that_is_not_loaded_is_not_switched_to(client: OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as error:
        client.chat.completions.create(
            model="builtin-demo", messages=[{"role": "user", "content": "x"}]
        )
    assert error.value.status_code == 503
    assert error.value.type == "model_not_ready"
    assert int(error.value.response.headers["retry-after"]) > 0
