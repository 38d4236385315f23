"""Who may use which address: every operation of the OpenAPI document and every WebSocket."""

from __future__ import annotations

ANYBODY = frozenset({"anybody"})
"""No key is needed."""
CHAT, ANALYZE = frozenset({"chat"}), frozenset({"analyze"})
SEARCH, KEEP = frozenset({"search"}), frozenset({"documents"})
ADMIN = frozenset({"admin"})
READ = SEARCH | KEEP
ALL = frozenset({"chat", "analyze", "search", "documents", "admin"})

SESSIONS = {
    "colleague": frozenset({"chat", "analyze", "search"}),
    "operator": ALL,
    "root": ALL,
}
"""A user, an operator, an administrator, and what their sessions come to."""

MATRIX: dict[str, frozenset[str]] = {
    "POST /api/v1/chat/completions": CHAT,
    "GET /api/v1/models": CHAT,
    "GET /api/v1/models/{name}": CHAT,
    "POST /api/v1/embeddings": SEARCH,
    "POST /api/analyze": ANALYZE,
    "GET /api/analyses": ANALYZE,
    "POST /api/analyses": ANALYZE,
    "GET /api/analyses/export": ANALYZE,
    "GET /api/analyses/{record_id}": ANALYZE,
    "PATCH /api/analyses/{record_id}": ANALYZE,
    "DELETE /api/analyses/{record_id}": ANALYZE,
    "GET /api/picture-sets": ANALYZE,
    "POST /api/picture-sets": ANALYZE,
    "GET /api/picture-sets/{set_id}": ANALYZE,
    "PATCH /api/picture-sets/{set_id}": ANALYZE,
    "DELETE /api/picture-sets/{set_id}": ANALYZE,
    "POST /api/picture-sets/{set_id}/pictures": ANALYZE,
    "GET /api/picture-sets/{set_id}/pictures/{picture_id}/file": ANALYZE,
    "GET /api/picture-sets/{set_id}/pictures/{picture_id}/thumbnail": ANALYZE,
    "DELETE /api/picture-sets/{set_id}/pictures/{picture_id}": ANALYZE,
    "GET /api/conversations": CHAT,
    "POST /api/conversations": CHAT,
    "GET /api/conversations/{conversation_id}": CHAT,
    "PATCH /api/conversations/{conversation_id}": CHAT,
    "DELETE /api/conversations/{conversation_id}": CHAT,
    "POST /api/conversations/{conversation_id}/branch": CHAT,
    "GET /api/conversations/{conversation_id}/export": CHAT,
    "GET /media/{name}": ANYBODY,
    "POST /api/search": SEARCH,
    "GET /api/topics": READ,
    "POST /api/topics": KEEP,
    "GET /api/topics/{topic_id}": READ,
    "PATCH /api/topics/{topic_id}": KEEP,
    "DELETE /api/topics/{topic_id}": KEEP,
    "GET /api/documents": READ,
    "POST /api/documents": KEEP,
    "GET /api/documents/{document_id}": READ,
    "PATCH /api/documents/{document_id}": KEEP,
    "DELETE /api/documents/{document_id}": KEEP,
    "GET /api/documents/{document_id}/file": READ,
    "GET /api/documents/{document_id}/text": READ,
    "POST /api/documents/{document_id}/retry": KEEP,
    "POST /api/documents/{document_id}/pause": KEEP,
    "POST /api/documents/{document_id}/resume": KEEP,
    "POST /api/documents/{document_id}/cancel": KEEP,
    "GET /api/passages": READ,
    "GET /api/passages/{passage_id}": READ,
    "PATCH /api/passages/{passage_id}": KEEP,
    "GET /api/passages/{passage_id}/pictures/{picture}": READ,
    "GET /api/index": KEEP,
    "POST /api/index/rebuild": KEEP,
    "POST /api/index/check": KEEP,
    "GET /api/jobs": KEEP,
    "GET /api/jobs/{job_id}": KEEP,
    "DELETE /api/jobs/{job_id}": KEEP,
    "GET /api/embedding-models": ADMIN,
    "POST /api/embedding-models": ADMIN,
    "GET /api/question-sets": KEEP,
    "POST /api/question-sets": KEEP,
    "DELETE /api/question-sets/{set_id}": KEEP,
    "POST /api/question-sets/{set_id}/questions": KEEP,
    "POST /api/question-sets/{set_id}/documents": KEEP,
    "POST /api/question-sets/{set_id}/runs": KEEP,
    "GET /api/retrieval-runs": KEEP,
    "GET /api/status": ANYBODY,
    "GET /metrics": ADMIN,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "POST /api/service/load": ADMIN,
    "POST /api/service/reload": ADMIN,
    "POST /api/service/unload": ADMIN,
    "POST /api/service/cancel": ADMIN,
    "GET /api/service/models": ADMIN,
    "POST /api/service/models": ADMIN,
    "POST /api/service/inspect": ADMIN,
    "GET /api/service/folders": ADMIN,
    "GET /api/service/downloads": ADMIN,
    "POST /api/service/downloads": ADMIN,
    "POST /api/service/downloads/{download_id}/stop": ADMIN,
    "POST /api/service/downloads/{download_id}/resume": ADMIN,
    "DELETE /api/service/downloads/{download_id}": ADMIN,
    "GET /api/requests": ALL,
    "DELETE /api/requests/{request_id}": ALL,
    "GET /api/metrics-history": ADMIN,
    "GET /api/events": ADMIN,
    "GET /api/alerts": ADMIN,
    "GET /api/usage": ALL,
    "GET /api/logs": ADMIN,
    "GET /api/logs/{name}": ADMIN,
    "GET /api/templates": CHAT | ANALYZE | ADMIN,
    "POST /api/templates": ADMIN,
    "POST /api/templates/check": CHAT | ANALYZE | ADMIN,
    "GET /api/templates/{slug}": CHAT | ANALYZE | ADMIN,
    "PATCH /api/templates/{slug}": ADMIN,
    "DELETE /api/templates/{slug}": ADMIN,
    "GET /api/templates/{slug}/versions": ADMIN,
    "POST /api/templates/{slug}/restore": ADMIN,
}
"""Operation -> scopes of which one is enough."""

BODIES: dict[str, dict[str, object]] = {
    "POST /api/templates": {
        "slug": "matrix",
        "name": "x",
        "kind": "chat",
        "language": "en",
        "text": "Be brief.",
    },
    "PATCH /api/templates/{slug}": {"text": "x"},
    "POST /api/templates/{slug}/restore": {"version": 1},
}
"""Where the scope is asked for only after the body is read; elsewhere an empty body serves."""

SOCKETS: dict[str, frozenset[str]] = {
    "/ws/chat/ chat": CHAT,
    "/ws/chat/ analyze": ANALYZE,
    "/ws/analyze/ chat": CHAT,
    "/ws/analyze/ analyze": ANALYZE,
}
"""Address and kind of a frame -> scopes of which one is enough."""
