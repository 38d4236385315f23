"""Each operation with a request that succeeds, in an order in which each finds what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from admin_system.api.tests.pictures import draw_circle, to_base64

Ids = Mapping[str, str]
"""Part of an address, or another name that a body asks for -> what stands for it."""


@dataclass(frozen=True, slots=True)
class Step:
    operation: str
    body: Callable[[Ids], object] | None = None
    learn: Mapping[str, str] = field(default_factory=dict)
    """Name of an id -> where the answer has it, as keys and places with dots between them."""
    query: str = ""
    picture: bool = False
    """The body is a form with a picture."""


BOX = {"label": "圆", "box": [10, 10, 90, 90]}
SET, SET_PICTURE = "/api/picture-sets/{set_id}", "/api/picture-sets/{set_id}/pictures/{picture_id}"
DOCUMENT, PASSAGE = "/api/documents/{document_id}", "/api/passages/{passage_id}"
TALK, TEMPLATE = "/api/conversations/{conversation_id}", "/api/templates/{slug}"
QUESTIONS = "/api/question-sets/{set_id}"
ASKED = [{"passage": "每年五月换油。", "question": "何时换油？"}]

CHATTING = (
    Step("GET /api/v1/models", None, {"name": "data.0.id"}),
    Step("GET /api/v1/models/{name}"),
    Step(
        "POST /api/v1/chat/completions",
        lambda ids: {"messages": [{"role": "user", "content": "hello"}]},
    ),
    Step("GET /api/conversations"),
    Step("POST /api/conversations", lambda ids: {"title": "mine"}, {"conversation_id": "id"}),
    Step(f"GET {TALK}"),
    Step(f"PATCH {TALK}", lambda ids: {"title": "still mine"}),
    Step(f"GET {TALK}/export", query="?format=json"),
    Step(f"DELETE {TALK}"),
)
ANALYSING = (
    Step(
        "POST /api/analyze",
        lambda ids: {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"},
        {"record_id": "id"},
    ),
    Step("GET /api/analyses"),
    Step("GET /api/analyses/export", query="?format=csv"),
    Step("GET /api/analyses/{record_id}"),
    Step("PATCH /api/analyses/{record_id}", lambda ids: {"boxes": [BOX]}),
    Step("DELETE /api/analyses/{record_id}"),
    Step("POST /api/picture-sets", lambda ids: {"title": "mine"}, {"set_id": "id"}),
    Step("GET /api/picture-sets"),
    Step(f"PATCH {SET}", lambda ids: {"title": "still mine"}),
    Step(f"POST {SET}/pictures", None, {"picture_id": "pictures.0.id"}, picture=True),
    Step(f"GET {SET}"),
    Step(f"GET {SET_PICTURE}/file"),
    Step(f"GET {SET_PICTURE}/thumbnail"),
    Step("POST /api/analyses", lambda ids: {"picture": ids["picture_id"], "boxes": [BOX]}),
    Step(f"DELETE {SET_PICTURE}"),
    Step(f"DELETE {SET}"),
)
READING = (
    Step("POST /api/v1/embeddings", lambda ids: {"input": "换油"}),
    Step("POST /api/search", lambda ids: {"query": "换油"}),
    Step("GET /api/topics"),
    Step("GET /api/topics/{topic_id}"),
    Step("GET /api/documents"),
    Step(f"GET {DOCUMENT}"),
    Step(f"GET {DOCUMENT}/file"),
    Step(f"GET {DOCUMENT}/text"),
    Step("GET /api/passages", query="?document={document_id}"),
    Step(f"GET {PASSAGE}"),
)
KEEPING = (
    Step(f"PATCH {PASSAGE}", lambda ids: {"enabled": True}),
    Step("POST /api/topics", lambda ids: {"name": f"of {ids['caller']}"}, {"topic_id": "id"}),
    Step("PATCH /api/topics/{topic_id}", lambda ids: {"name": f"by {ids['caller']}"}),
    Step("DELETE /api/topics/{topic_id}"),
    Step(
        "POST /api/documents",
        lambda ids: {"topic": "手册", "title": ids["caller"], "text": f"Of {ids['caller']}."},
        {"document_id": "documents.0.id"},
    ),
    Step(f"POST {DOCUMENT}/pause"),
    Step(f"POST {DOCUMENT}/resume"),
    Step(f"POST {DOCUMENT}/cancel"),
    Step(f"POST {DOCUMENT}/retry"),
    Step(f"PATCH {DOCUMENT}", lambda ids: {"title": f"by {ids['caller']}"}),
    Step(f"DELETE {DOCUMENT}"),
    Step("GET /api/index"),
    Step("POST /api/index/rebuild", None),
    Step("POST /api/index/check", lambda ids: {"repair": False}, {"job_id": "id"}),
    Step("GET /api/jobs"),
    Step("GET /api/jobs/{job_id}"),
    Step("DELETE /api/jobs/{job_id}"),
    Step("GET /api/question-sets"),
    Step(
        "POST /api/question-sets",
        lambda ids: {"name": f"of {ids['caller']}", "content": ASKED},
        {"set_id": "id"},
    ),
    Step(
        f"POST {QUESTIONS}/questions",
        lambda ids: {"question": "何时？", "passage": int(ids["passage_id"])},
    ),
    Step(f"POST {QUESTIONS}/documents", lambda ids: {"topic": "手册"}),
    Step(f"POST {QUESTIONS}/runs", lambda ids: {"topic": "手册"}),
    Step("GET /api/retrieval-runs"),
    Step(f"DELETE {QUESTIONS}"),
)
WATCHING = (
    Step("GET /media/{name}"),
    Step("GET /api/status"),
    Step("GET /healthz"),
    Step("GET /readyz"),
    Step("GET /api/requests"),
    Step("GET /api/usage"),
    Step("GET /metrics"),
    Step("GET /api/metrics-history"),
    Step("GET /api/events"),
    Step("GET /api/alerts"),
    Step("GET /api/logs", None, {"name": "files.0.name"}),
    Step("GET /api/logs/{name}"),
)
RUNNING = (
    Step("GET /api/embedding-models"),
    Step("GET /api/templates"),
    Step(
        "POST /api/templates",
        lambda ids: {
            "slug": f"of-{ids['caller']}",
            "name": "brief",
            "kind": "chat",
            "language": "en",
            "text": "Be brief.",
        },
        {"slug": "slug"},
    ),
    Step(f"GET {TEMPLATE}"),
    Step("POST /api/templates/check", lambda ids: {"kind": "chat", "text": "Be brief."}),
    Step(f"PATCH {TEMPLATE}", lambda ids: {"text": "Be brief, please."}),
    Step(f"GET {TEMPLATE}/versions"),
    Step(f"POST {TEMPLATE}/restore", lambda ids: {"version": 1}),
    Step(f"DELETE {TEMPLATE}"),
    Step("GET /api/service/models"),
    Step("POST /api/service/models", lambda ids: {"path": ids["folder"]}),
    Step("POST /api/service/inspect", lambda ids: {"model": "echo"}),
    Step("GET /api/service/folders"),
    Step("GET /api/service/downloads"),
    Step("POST /api/service/downloads/{download_id}/stop"),
    Step("DELETE /api/service/downloads/{download_id}"),
    Step("POST /api/service/load", lambda ids: {"model": "echo"}),
    Step("POST /api/service/cancel", lambda ids: {}),
    Step("POST /api/service/reload", lambda ids: {"model": "echo"}),
    Step("POST /api/service/unload", lambda ids: {}),
)
WALK = (*WATCHING[:6], *CHATTING, *ANALYSING, *READING, *KEEPING, *WATCHING[6:], *RUNNING)

NOT_WALKED = {
    "POST /api/conversations/{conversation_id}/branch": "needs a turn over a WebSocket: "
    "test_conversations.py",
    "GET /api/passages/{passage_id}/pictures/{picture}": "needs a document with a picture to be "
    "read: test_library.py",
    "POST /api/embedding-models": "loads the new model before it answers: test_library_work.py",
    "POST /api/service/downloads": "asks another server: test_model_setup.py",
    "POST /api/service/downloads/{download_id}/resume": "asks another server: test_model_setup.py",
    "DELETE /api/requests/{request_id}": "needs a request that runs: test_requests.py",
}
"""Operation -> why it is not seen to succeed here, and where it is."""
