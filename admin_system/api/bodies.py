"""The body of an HTTP request -> a validated model."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import HttpRequest

from admin_system.api.errors import ContentTypeUnsupported
from admin_system.api.protocol.strict_json import read_object
from admin_system.api.protocol.validation import Body, to_body

BodyT = TypeVar("BodyT", bound=Body)

JSON = "application/json"
EXAMPLE_CHAT = '{"messages": [{"role": "user", "content": "你好"}]}'
EXAMPLE_ANALYZE = '{"image_base64": "...", "query": "..."}'
EXAMPLE_SERVICE = '{"model": "builtin-demo"}'


def require_json(request: HttpRequest, *others: str) -> None:
    """A missing content type passes. Raises ContentTypeUnsupported."""
    kind = (request.content_type or "").lower()
    if kind and kind != JSON and not kind.endswith("+json") and kind not in others:
        raise ContentTypeUnsupported(kind, ", ".join((JSON, *others)))


def read_json(data: bytes, model: type[BodyT], example: str) -> BodyT:
    """Raises BadRequest."""
    return to_body(model, read_object(data, example=example))


def describe(model: type[Body], *, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the OpenAPI document says of a body that we read ourselves."""
    content = {JSON: {"schema": inline(model.model_json_schema())}}
    if form is not None:
        content["multipart/form-data"] = {"schema": form}
    return {"requestBody": {"required": True, "content": content}}


def inline(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its `$defs` in place of the references to them; ours do not recur."""
    definitions: dict[str, Any] = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {name: resolve(item) for name, item in node.items() if name != "$defs"}

    resolved: dict[str, Any] = resolve(schema)
    return resolved
