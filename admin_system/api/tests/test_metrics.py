"""/metrics of real servers, read by Prometheus's own parser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping

import httpx
import pytest
import websockets
from prometheus_client.parser import text_string_to_metric_families

from admin_system.api.tests.conftest import METRICS_TOKEN
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess
from admin_system.core.devices import Gpu
from admin_system.core.monitoring.metrics import tell_engine, tell_gpus
from admin_system.core.stats import CacheStats, EngineStats
from admin_system.core.upstreams import UpstreamState
from admin_system.env import BASE_DIR
from admin_system.knowledge_base.services.metrics import Counts, tell_index
from admin_system.knowledge_base.services.overview import IndexOverview, Overview

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CHAT = "/api/v1/chat/completions"
Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def read(server: ServerProcess, **headers: str) -> Figures:
    answer = httpx.get(f"{server.url}/metrics", headers=headers, timeout=20)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation, family.name
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found, key
            found[key] = sample.value
    return found


def value(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((name, frozenset(labels.items())), 0.0)


def chat(server: ServerProcess, words: str, *, stream: bool) -> None:
    body = {"messages": [{"role": "user", "content": words}], "stream": stream}
    answer = httpx.post(server.url + CHAT, json=body, headers=server.authorization, timeout=20)
    assert answer.status_code == 200, answer.text


def test_answers_are_counted_by_model_and_route(uvicorn_server: ServerProcess) -> None:
    uvicorn_server.wait_for("/readyz")
    before = read(uvicorn_server)
    chat(uvicorn_server, "one two three", stream=True)
    chat(uvicorn_server, "four five", stream=False)
    after = read(uvicorn_server)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    route = {"method": "POST", "route": CHAT}
    assert grown("qwen_vl_http_requests_total", **route, status="200") == 2
    assert grown("qwen_vl_http_request_seconds_count", **route) == 2
    assert grown("qwen_vl_model_answers_total", model="echo", outcome="done") == 2
    assert grown("qwen_vl_model_prompt_tokens_total", model="echo") == 5
    assert grown("qwen_vl_model_answer_tokens_total", model="echo") == 5
    assert grown("qwen_vl_model_first_token_seconds_count", model="echo") == 2
    assert grown("qwen_vl_model_token_seconds_count", model="echo") == 3
    assert grown("qwen_vl_model_token_seconds_sum", model="echo") > 3 * 0.001
    assert grown("qwen_vl_model_waiting_seconds_count") == 2
    assert value(after, "qwen_vl_model_state", state="ready") == 1
    assert value(after, "qwen_vl_model_state", state="failed") == 0
    assert value(after, "qwen_vl_model_rows") == 4
    assert value(after, "qwen_vl_memory_bytes") > value(after, "qwen_vl_memory_used_bytes") > 0
    assert value(after, "qwen_vl_database_up") == 1


def test_the_buckets_of_a_duration_add_up(uvicorn_server: ServerProcess) -> None:
    chat(uvicorn_server, "a b c d", stream=True)
    figures = read(uvicorn_server)
    name = "qwen_vl_model_token_seconds"
    buckets = {
        float(dict(labels)["le"]): number
        for (sample, labels), number in figures.items()
        if sample == f"{name}_bucket" and ("model", "echo") in labels
    }
    ordered = [buckets[bound] for bound in sorted(buckets)]
    assert ordered == sorted(ordered)
    assert buckets[float("inf")] == value(figures, f"{name}_count", model="echo") >= 3


def test_what_is_asked_for_makes_no_series(uvicorn_server: ServerProcess) -> None:
    """Addresses, numbers, methods and names of strangers are no labels."""

    def strange(number: int) -> None:
        with httpx.Client(base_url=uvicorn_server.url, timeout=20) as http:
            http.get(f"/nowhere/{number}")
            http.get(f"/api/nowhere/{number}")
            http.get(f"/api/conversations/{number}")
            http.request(f"ODD{number}", "/healthz")
            http.post(CHAT, json={"model": f"m{number}", "messages": []})
            body = {"model": f"m{number}", "messages": [{"role": "user", "content": "x"}]}
            http.post(CHAT, json=body)

    strange(1)
    read(uvicorn_server)  # which counts itself
    before = set(read(uvicorn_server))
    for number in range(2, 6):
        strange(number)
    text = httpx.get(f"{uvicorn_server.url}/metrics").text
    assert set(read(uvicorn_server)) - before == set()
    assert "nowhere" not in text
    assert "ODD" not in text
    assert 'route="/api/conversations/{conversation_id}"' in text


def test_open_connections_and_streams_are_told(uvicorn_server: ServerProcess) -> None:
    async def look() -> tuple[Figures, Figures]:
        words = " ".join(["word"] * 3000)
        body = {"messages": [{"role": "user", "content": words}], "stream": True}
        address = uvicorn_server.url.replace("http", "ws") + "/ws/chat/"
        async with (
            websockets.connect(address, additional_headers=uvicorn_server.authorization) as socket,
            httpx.AsyncClient(base_url=uvicorn_server.url, timeout=20) as http,
        ):
            await socket.send(json.dumps({"type": "ping"}))
            await socket.recv()
            async with http.stream("POST", CHAT, json=body) as answer:
                assert answer.status_code == 200
                lines = answer.aiter_lines()
                await anext(lines)
                during = await asyncio.to_thread(read, uvicorn_server)
        await asyncio.sleep(0.3)
        return during, await asyncio.to_thread(read, uvicorn_server)

    during, after = asyncio.run(look())
    assert value(during, "qwen_vl_http_streams_open") == 1
    assert value(during, "qwen_vl_model_rows_in_use") == 1
    assert value(during, "qwen_vl_http_requests_open") == 2
    assert value(during, "qwen_vl_websockets_open") >= 1
    assert value(after, "qwen_vl_http_streams_open") == 0
    assert value(after, "qwen_vl_http_requests_open") == 1


def test_the_library_is_counted(library: LibraryClient, uvicorn_server: ServerProcess) -> None:
    figures = read(uvicorn_server)
    assert value(figures, "qwen_vl_topics") >= 2
    states = {dict(labels)["state"] for name, labels in figures if name == "qwen_vl_documents"}
    assert {"ready", "failed", "queued"} <= states
    assert ("qwen_vl_passages", frozenset[tuple[str, str]]()) in figures
    assert ("qwen_vl_jobs", frozenset({("kind", "index"), ("state", "queued")})) in figures


def test_a_token_reads_the_figures_and_nothing_else(locked_server: ServerProcess) -> None:
    bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    assert value(read(locked_server, **bearer), "qwen_vl_model_state", state="ready") == 1
    for path in ("/api/logs", "/api/v1/models", "/api/requests"):
        assert httpx.get(locked_server.url + path, headers=bearer).status_code == 401
    for wrong in ("", "Bearer", "Bearer wrong", f"Basic {METRICS_TOKEN}"):
        told = httpx.get(f"{locked_server.url}/metrics", headers={"Authorization": wrong})
        assert told.status_code == 401


def test_the_chapter_names_every_metric_and_no_other(uvicorn_server: ServerProcess) -> None:
    exist = find_families(uvicorn_server)
    ours = {name for name in exist if name.startswith("qwen_vl_")}
    for folder in ("docs", "docs/zh"):
        text = (BASE_DIR / folder / "beyond-one-machine.md").read_text("utf-8")
        assert set(re.findall(r"`(qwen_vl_\w+)`", text)) == ours


def test_the_dashboard_asks_for_metrics_and_labels_that_exist(
    uvicorn_server: ServerProcess,
) -> None:
    chat(uvicorn_server, "a series of each", stream=False)
    exist = find_families(uvicorn_server)
    board = json.loads((BASE_DIR / "scripts/deployment/grafana/qwen-vl.json").read_text("utf-8"))
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    asked: set[str] = set()
    for expression in expressions:
        assert expression.count("(") == expression.count(")")
        names = set(re.findall(r"\b(?:qwen_vl|process)_\w+", expression))
        families = {re.sub("_(bucket|sum|count)$", "", name) for name in names}
        assert families - exist.keys() == set()
        asked |= families
        known = set().union(*(exist[name] for name in families)) | {"le", "instance", "job"}
        for labels in re.findall(r"by \(([^)]*)\)", expression):
            assert set(labels.split(", ")) <= known, expression
    for name in re.findall(r"label_values\((\w+)", json.dumps(board)):
        assert name in exist
    ours = {name for name in exist if name.startswith("qwen_vl_")}
    assert ours - asked == NOT_DRAWN
    assert all(" · " in panel["title"] for panel in board["panels"])


NOT_DRAWN = {
    "qwen_vl_model_info",
    "qwen_vl_model_pictures_total",
    "qwen_vl_cpu_cores",
    "qwen_vl_topics",
    "qwen_vl_upstream_answered_total",
    "qwen_vl_upstream_failures",
}
"""Metrics that no panel of the dashboard asks for."""


def find_families(server: ServerProcess) -> dict[str, set[str]]:
    """Names as queries write them, with their labels; also those that this server has not: of a
    local engine, of upstreams, of a card and of an index, made by the same code."""
    told = httpx.get(f"{server.url}/metrics", timeout=20).text
    cache = CacheStats(0.5, 0.5, 1, 1, 2, 1, 2, 1)
    upstream = UpstreamState("http://a/v1", "m", healthy=True, running=0, answered=1, failures=0)
    stats = EngineStats(cache=cache, upstreams=(upstream,))
    overview = Overview(topics=0, index=IndexOverview("m", ("Latin",), vectors=1, behind=0))
    families = [
        *text_string_to_metric_families(told),
        *tell_engine(stats),
        *tell_gpus((Gpu(0, "card", 1, 2, 3, 4, 5.0),)),
        *tell_index(Counts(overview, {}, 1)),
    ]
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: {
            label for sample in family.samples for label in sample.labels
        }
        for family in families
    }
