"""What every body obeys: known fields, exact types; pydantic's findings as our sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from admin_system.core.errors import BadRequest
from admin_system.messages import Word

TAG = "‹"
"""Begins the tags of our unions, which pydantic puts into the path of an error."""

TYPE_CODES = {
    "string_type": "field_not_a_string",
    "int_type": "field_not_an_integer",
    "int_from_float": "field_not_an_integer",
    "float_type": "field_not_a_number",
    "bool_type": "field_not_a_boolean",
    "list_type": "field_not_a_list",
    "dict_type": "field_not_an_object",
    "model_type": "field_not_an_object",
    "model_attributes_type": "field_not_an_object",
}
LIMIT_CODES = {
    "greater_than": ("field_below_range", "gt"),
    "greater_than_equal": ("field_under_minimum", "ge"),
    "less_than": ("field_above_range", "lt"),
    "less_than_equal": ("field_over_maximum", "le"),
}
LENGTH_CODES = {
    "too_short": ("field_too_few", "min_length"),
    "too_long": ("field_too_many", "max_length"),
    "string_too_long": ("field_too_long", "max_length"),
}


LONGEST_NAME = 100
"""Characters of an unknown field that others are compared with; it may have millions."""


def stop_at_first_fault(schema: Any) -> None:
    """Of every list and object in it: a body has room for millions, and one is told."""
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") in ("list", "dict"):
                part["fail_fast"] = True
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part


class Body(BaseModel):
    """Base of everything that callers send."""

    model_config = ConfigDict(strict=True, extra="forbid")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        schema = handler(source)
        stop_at_first_fault(schema)
        return schema

    @model_validator(mode="before")
    @classmethod
    def refuse_unknown_fields(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            for name in data:
                if name not in known:
                    nearest = get_close_matches(name[:LONGEST_NAME], known, n=1)
                    values = {"field": name[:100], "nearest": "".join(nearest)}
                    raise PydanticCustomError("field_unknown", "unknown field", values)
        return data


def neutral(*values: object) -> AfterValidator:
    """A field that is not honoured yet: null and these values pass, as they ask for nothing."""

    def check(value: Any) -> Any:
        asked = json.dumps(value, sort_keys=True)
        if value is None or asked in {json.dumps(one, sort_keys=True) for one in values}:
            return value
        raise PydanticCustomError("field_not_honoured", "not honoured")

    return AfterValidator(check)


BodyT = TypeVar("BodyT", bound=Body)


def to_body(model: type[BodyT], data: dict[str, Any]) -> BodyT:
    """Raises BadRequest for the first fault found, with its path as `param`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise to_bad_request(error.errors(include_url=False)[0]) from None


def to_bad_request(finding: ErrorDetails) -> BadRequest:
    kind, given, context = finding["type"], finding["input"], finding.get("ctx", {})
    param = to_param(finding["loc"])
    if kind == "missing":
        return BadRequest("field_missing", param=param)
    if kind == "field_unknown":
        param = to_param((*finding["loc"], context["field"]))
        if context["nearest"]:
            nearest = context["nearest"]
            return BadRequest("field_unknown_nearest", param=param, nearest=nearest)
        return BadRequest("field_unknown", param=param)
    if kind in TYPE_CODES:
        return BadRequest(TYPE_CODES[kind], param=param, given=to_word(given))
    if kind in LIMIT_CODES:
        code, limit = LIMIT_CODES[kind]
        return BadRequest(code, param=param, given=given, limit=context[limit])
    if kind == "string_too_short":
        return BadRequest("field_empty", param=param)
    if kind in LENGTH_CODES:
        code, limit = LENGTH_CODES[kind]
        return BadRequest(code, param=param, given=len(given), limit=context[limit])
    if kind == "literal_error":
        allowed = ", ".join(re.findall(r"'([^']*)'", context["expected"]))
        shown = given[:40] if isinstance(given, str) else to_word(given)
        return BadRequest("field_not_one_of", param=param, given=shown, allowed=allowed)
    if kind == "string_pattern_mismatch" and finding["loc"][0] == "logit_bias":  # a key of it
        return BadRequest("field_not_an_integer", param=to_param(finding["loc"][:1]), given=given)
    if kind in OWN_CODES:
        return BadRequest(kind, param=param, given=to_word(given), **context)
    return BadRequest("field_wrong", param=param)


OWN_CODES = frozenset(
    {
        "field_is_tokens",
        "field_not_a_content",
        "field_not_a_template",
        "field_not_honoured",
        "field_not_labels",
    }
)
"""Codes that bodies raise themselves as PydanticCustomError."""


def to_param(location: Sequence[int | str]) -> str:
    """("messages", 0, "content", 1, "image_url") -> messages[0].content[1].image_url"""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith(TAG):
            path += f".{step}" if path else step
    return path


def to_word(value: object) -> Word:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "type_boolean"),
        (int, "type_number"),
        (float, "type_number"),
        (str, "type_string"),
        (list, "type_list"),
        (dict, "type_object"),
    )
    return Word(next((code for kind, code in kinds if isinstance(value, kind)), "type_null"))
