"""Indexes, embedding models and question sets over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest

from admin_system.api.protocol.library_work_answers import (
    EmbeddingModelPage,
    IndexAnswer,
    JobAnswer,
    JobPage,
    QuestionSetAnswer,
    QuestionSetPage,
    RunPage,
)
from admin_system.api.tests.library import LibraryClient
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_library import fresh_topic

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ENDED = ("done", "failed", "cancelled")


def wait_for_job(library: LibraryClient, number: int) -> dict[str, Any]:
    end = time.monotonic() + 60
    while True:
        job: dict[str, Any] = library.ask("GET", f"/api/jobs/{number}")
        JobAnswer.model_validate(job)
        if job["state"] in ENDED:
            return job
        assert time.monotonic() < end, job
        time.sleep(0.1)


def test_the_index_is_built_anew_and_checked(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    library.add_text("水泵的轴承每周检查一次。", topic)
    started = library.ask("POST", "/api/index/rebuild", 202)
    job = wait_for_job(library, started["id"])
    assert (job["state"], job["progress"]) == ("done", 1.0)
    checked = wait_for_job(library, library.ask("POST", "/api/index/check", 202)["id"])
    assert checked["state"] == "done"
    index = library.ask("GET", "/api/index")
    IndexAnswer.model_validate(index)
    assert index["checked"]["id"] == checked["id"]
    assert index["passages"] >= job["result"]["vectors"] > 0
    page = library.ask("GET", "/api/jobs")
    JobPage.model_validate(page)
    assert {job["id"], checked["id"]} <= {one["id"] for one in page["data"]}
    assert library.refusal("DELETE", f"/api/jobs/{job['id']}", 409)["code"] == "job_ended"
    assert library.refusal("GET", "/api/jobs/x", 404)["code"] == "job_not_found"


def test_a_question_set_is_kept_grown_and_run(library: LibraryClient) -> None:
    topic = fresh_topic(library)["name"]
    content = [
        {"passage": "The pump is oiled in May.", "question": "When is the pump oiled?"},
        {"passage": "The fan is cleaned in June.", "question": "When is the fan cleaned?"},
    ]
    body = {"name": f"set of {topic}", "content": content}
    made = library.ask("POST", "/api/question-sets", 201, json=body)
    QuestionSetAnswer.model_validate(made)
    assert library.refusal("POST", "/api/question-sets", 409, json=body)["code"] == (
        "question_set_name_taken"
    )
    unreadable = {"name": "other", "content": {"a": 1}}
    assert library.refusal("POST", "/api/question-sets", 400, json=unreadable)["code"] == (
        "question_set_unreadable"
    )
    path = f"/api/question-sets/{made['id']}"
    assert library.ask("POST", f"{path}/documents", 202, json={"topic": topic}) == {"added": 2}
    for document in library.ask("GET", "/api/documents", params={"topic": topic})["data"]:
        library.wait(document["id"])
    hit = library.search("fan cleaned June", topic=topic)[0]
    question = {"question": "What happens in June?", "passage": hit["id"]}
    assert library.ask("POST", f"{path}/questions", 201, json=question)["questions"] == 3
    job = wait_for_job(
        library, library.ask("POST", f"{path}/runs", 202, json={"topic": topic})["id"]
    )
    assert job["state"] == "done", job
    runs = library.ask("GET", "/api/retrieval-runs", params={"question_set": body["name"]})
    RunPage.model_validate(runs)
    (run,) = runs["data"]
    assert run["id"] == job["result"]["run"]
    assert run["figures"]["keyword"]["hit@5"] == 1.0
    page = library.ask("GET", "/api/question-sets")
    QuestionSetPage.model_validate(page)
    kept = next(one for one in page["data"] if one["id"] == made["id"])
    assert kept["last_run"]["id"] == run["id"]
    library.ask("DELETE", path, 204)
    assert library.refusal("DELETE", path, 404)["code"] == "question_set_not_found"


def test_an_embedding_model_that_is_none_is_refused_at_once(library: LibraryClient) -> None:
    page = library.ask("GET", "/api/embedding-models")
    EmbeddingModelPage.model_validate(page)
    assert page["data"][0]["is_current"]
    path = "/api/embedding-models"
    refused = library.refusal("POST", path, 403, json={"kind": "folder", "path": "/etc"})
    assert refused["code"] == "folder_not_allowed"
    models = library.server.folder / "data" / "models"
    (models / "empty").mkdir(parents=True)
    body = {"kind": "folder", "path": str(models / "empty")}
    assert library.refusal("POST", path, 503, json=body)["code"] == "embedder_folder_missing"
    assert (
        library.refusal("POST", path, 400, json={"kind": "url", "url": "http://x/v1"})["param"]
        == "model"
    )


def test_work_on_the_whole_library_is_not_for_those_bound_to_topics(
    uvicorn_server: ServerProcess, library: LibraryClient
) -> None:
    bound = LibraryClient(uvicorn_server, "keeper")
    for method, path, body in (
        ("GET", "/api/index", None),
        ("POST", "/api/index/rebuild", None),
        ("POST", "/api/index/check", {}),
        ("GET", "/api/jobs", None),
        ("GET", "/api/jobs/1", None),
        ("DELETE", "/api/jobs/1", None),
        ("GET", "/api/question-sets", None),
        ("POST", "/api/question-sets", {"name": "x", "content": []}),
        ("DELETE", "/api/question-sets/1", None),
        ("GET", "/api/retrieval-runs", None),
        ("GET", "/api/embedding-models", None),
        ("POST", "/api/embedding-models", {"kind": "bundled"}),
    ):
        options = {} if body is None else {"json": body}
        assert bound.refusal(method, path, 403, **options)["type"] == "permission_error", path
    bound.http.close()
