"""What OpenAI's published OpenAPI document says of the paths that we serve as well.

    python scripts/checks/openai_document.py openapi.json admin_system/api/tests/data/openai.json

The document is that of github.com/openai/openai-openapi (MIT). Only shapes are kept: no
descriptions, no examples. `described_api.py --openai openapi.json` asks a service by it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OPERATIONS = {
    "/chat/completions": "post",
    "/embeddings": "post",
    "/models": "get",
    "/models/{model}": "get",
}
ASKED = ("parameters", "requestBody")
SAID = ("description", "example", "examples", "title", "default", "deprecated")
REFERENCE = "#/components/schemas/"
ERROR = {"content": {"application/json": {"schema": {"$ref": REFERENCE + "ErrorResponse"}}}}


def reduce_document(document: dict[str, Any]) -> dict[str, Any]:
    """Our operations and what they refer to. Every error has its shape of an error there, which
    the document says of none."""
    paths = {}
    for path, method in OPERATIONS.items():
        operation = document["paths"][path][method]
        asked = {name: one for name, one in operation.items() if name in ASKED}
        answers = {"200": operation["responses"]["200"], "4XX": ERROR}
        paths[path] = {method: keep_shapes({**asked, "responses": answers})}
    schemas: dict[str, Any] = {}
    left = find_references(paths)
    while left:
        name = left.pop()
        schemas[name] = keep_shapes(document["components"]["schemas"][name])
        left |= find_references(schemas[name]) - schemas.keys()
    return {
        "openapi": document["openapi"],
        "info": {"title": "OpenAI", "version": document["info"]["version"]},
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def find_references(part: Any) -> set[str]:
    if isinstance(part, list):
        return set().union(*map(find_references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].removeprefix(REFERENCE)} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(find_references, part.values()))


def keep_shapes(part: Any) -> Any:
    """JSON Schema of 2020-12 has no `nullable`, which the document uses besides."""
    if isinstance(part, list):
        return [keep_shapes(one) for one in part]
    if not isinstance(part, dict):
        return part
    # Below `properties` the names are those of fields, which may be called as a keyword is.
    kept = {
        name: {field: keep_shapes(one) for field, one in value.items()}
        if name == "properties"
        else keep_shapes(value)
        for name, value in part.items()
        if name not in SAID and name != "nullable" and not name.startswith("x-")
    }
    return {"anyOf": [kept, {"type": "null"}]} if part.get("nullable") is True else kept


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    reduced = reduce_document(json.loads(source.read_text("utf-8")))
    target.write_text(json.dumps(reduced, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
