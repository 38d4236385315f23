"""What the OpenAPI document says of the bodies and answers that Django Ninja does not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel

from admin_system.api.bodies import JSON
from admin_system.api.protocol.descriptions import ErrorAnswer


class DescribedAPI(NinjaAPI):
    """Whose document has no answer 200 that Ninja takes for granted beside the one that comes."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                responses: dict[int | str, Any] = operation["responses"]
                if any(str(status) in OTHER_SUCCESSES for status in responses):
                    responses.pop(200, None)
        return schema


OTHER_SUCCESSES = {"201", "202", "204"}


def describe(
    body: type[BaseModel] | None = None,
    *,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    form: dict[str, Any] | None = None,
    only_form: dict[str, Any] | None = None,
    also: Sequence[str] = (),
) -> dict[str, Any]:
    """For `openapi_extra` of an endpoint; `form` is the schema of a multipart body, `only_form`
    of one where JSON is not read; `also` are types besides JSON in which the answer comes."""
    responses: dict[int | str, Any] = {
        "default": response("A fault, in the shape of all faults", ErrorAnswer)
    }
    if answer is not None:
        # A number, as ninja's own: beside "200" it would stand a second time in the JSON.
        responses[status] = response("The answer", answer)
        responses[status]["content"] |= {kind: {} for kind in also}
    elif status != 200:
        responses[status] = {"description": "Done; without a body"}
    described: dict[str, Any] = {"responses": responses}
    if body is not None:
        content = {JSON: {"schema": inline(body.model_json_schema())}}
        if form is not None:
            content["multipart/form-data"] = {"schema": form}
        described["requestBody"] = {"required": True, "content": content}
    if only_form is not None:
        content = {"multipart/form-data": {"schema": only_form}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def response(description: str, model: type[BaseModel]) -> dict[str, Any]:
    schema = inline(model.model_json_schema(mode="serialization"))
    return {"description": description, "content": {JSON: {"schema": schema}}}


def inline(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its `$defs` in place of the references to them; ours do not recur."""
    definitions: dict[str, Any] = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(item) for item in node]
        if not isinstance(node, dict):
            return node
        if len(kinds := node.get("prefixItems", ())) > 1 and kinds.count(kinds[0]) == len(kinds):
            node = {name: item for name, item in node.items() if name != "prefixItems"}
            node["items"] = kinds[0]  # of one kind, as generators of clients read it better
        if "$ref" in node:
            return resolve(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {name: resolve(item) for name, item in node.items() if name != "$defs"}

    resolved: dict[str, Any] = resolve(schema)
    return resolved
