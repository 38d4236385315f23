"""What lists and searches of the knowledge base tell for a page that shows them."""

from __future__ import annotations

from typing import Any

import pytest

from admin_system.api.protocol.library_answers import DocumentPage, PassagePage, SearchAnswer
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.test_library import fresh_topic

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_list_counts_states_and_finds_titles(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    library.add_text("水泵的轴承。", topic, "泵站手册")
    library.add_text("风机的轴承。", topic, "Fan Guide")
    page = library.ask("GET", "/api/documents", params={"topic": topic, "state": "failed"})
    DocumentPage.model_validate(page)
    assert (page["data"], page["states"]) == ([], {"ready": 2})
    page = library.ask("GET", "/api/documents", params={"topic": topic, "state": "failed,ready"})
    assert len(page["data"]) == 2
    refused = library.refusal("GET", "/api/documents?state=ready,lost", 400)
    assert (refused["code"], refused["param"]) == ("field_not_one_of", "state")
    for words, titles in (("泵站", ["泵站手册"]), ("fan g", ["Fan Guide"]), ("x%", [])):
        page = library.ask("GET", "/api/documents", params={"topic": topic, "search": words})
        assert [one["title"] for one in page["data"]] == titles


def test_passages_are_listed_in_their_order_with_their_neighbours(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    text = "\n\n".join(f"# 第 {n} 章\n\n" + f"第 {n} 章讲设备。" * 60 for n in range(1, 6))
    document = library.add_text(text, topic)
    listed: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"document": document["id"], "limit": 2, "cursor": cursor}
        page = library.ask("GET", "/api/passages", params=query)
        PassagePage.model_validate(page)
        listed += page["data"]
        cursor = page["next_cursor"]
    numbers = [one["id"] for one in listed]
    assert len(numbers) == document["passages"] >= 5
    assert [one["start"] for one in listed] == sorted(one["start"] for one in listed)
    middle = library.ask("GET", f"/api/passages/{numbers[1]}")
    assert (middle["previous"], middle["next"]) == (numbers[0], numbers[2])
    ends = [library.ask("GET", f"/api/passages/{number}") for number in (numbers[0], numbers[-1])]
    assert (ends[0]["previous"], ends[1]["next"]) == (None, None)
    assert library.refusal("GET", "/api/passages?document=x", 404)["code"] == "document_not_found"


def test_a_search_explains_its_order_when_asked(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    library.add_text("The pump bearing is checked every week.", topic)
    library.add_text("A fan has a bearing, too.", topic)
    asked = {"query": "When is the pump bearing checked?", "topic": topic}
    plain = library.ask("POST", "/api/search", json=asked)
    assert "timings" not in plain
    told = library.ask("POST", "/api/search", json={**asked, "explain": True})
    SearchAnswer.model_validate(told)
    assert [one["id"] for one in told["results"]] == [one["id"] for one in plain["results"]]
    best = told["results"][0]
    why = best["explanation"]
    assert [best["content"][begin:end] for begin, end in why["marks"]] == [
        "pump",
        "bearing",
        "checked",
    ]
    assert why["ranks"]["keyword"] == 1
    fused = [one["explanation"]["fused"] for one in told["results"]]
    assert fused == sorted(fused, reverse=True)
    assert sum(told["timings"].values()) > 0


def test_files_of_one_name_in_two_folders_are_two_documents(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    for folder, text in (("一楼", "一楼的水表。"), ("二楼", "二楼的水表。")):
        received = library.upload(("表.txt", text.encode()), topic=topic, name=f"{folder}/表.txt")
        (document,) = received["documents"]
        assert (document["name"], document["title"]) == (f"{folder}/表.txt", "表.txt")
    assert library.ask("GET", "/api/documents", params={"topic": topic})["states"] != {}
    two = (("a.txt", b"a"), ("b.txt", b"b"))
    assert library.upload(*two, topic=topic, status=400, name="x")["error"]["param"] == "name"
