"""Fifty JSON schemas, each of which an answer must come to an end with."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def record(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def array(item: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def word(most: int) -> Schema:
    return {"type": "string", "maxLength": most}


def one_of(*values: Any) -> Schema:
    return {"enum": list(values)}


FLAG: Schema = {"type": "boolean"}
BOX = array(whole(0, 999), 4, 4)
POINT = record(x=whole(0, 99), y=whole(0, 99))
FOUND = record(label=one_of("circle", "square", "圆形"), box=BOX)


def build_schemas() -> list[Schema]:
    schemas: list[Schema] = [
        record(label=one_of("cat", "dog"), score=whole(0, 9)),
        record(found=array(FOUND, 1, 3)),
        record(颜色=one_of("红色", "蓝色"), 数量=whole(1, 9)),
        record(a=record(b=record(c=record(d=FLAG)))),
        record(score={"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.25}),
        record(none={"type": "null"}, flag=FLAG),
        record(either={"anyOf": [whole(0, 5), one_of("many")]}),
        record(fixed={"const": "值"}, rest=word(3)),
        {"type": "array", "items": POINT, "minItems": 2, "maxItems": 2},
        array(array(FLAG, 1, 2), 1, 2),
        one_of("yes", "no", "不知道"),
        whole(-50, 50),
        FLAG,
        word(6),
        {"$defs": {"p": POINT}, **record(start={"$ref": "#/$defs/p"}, end={"$ref": "#/$defs/p"})},
        record(date={"type": "string", "pattern": "^[0-9]{4}-[0-1][0-9]$"}),
        record(code={"type": "string", "pattern": "^[A-Z]{2,4}$"}),
        record(optional=FLAG) | {"required": []},
        record(位置=POINT, 标签=array(one_of("大", "小"), 0, 2)),
        record(mixed=array({"anyOf": [FLAG, whole(0, 3)]}, 2, 2)),
    ]
    for number in range(1, 31):
        fields: dict[str, Schema] = {
            f"f{place}": [whole(0, number), FLAG, one_of("甲", "乙", "c"), word(number % 5 + 1)][
                (number + place) % 4
            ]
            for place in range(1 + number % 4)
        }
        fields["项"] = array(record(v=whole(number, 2 * number)), number % 3, 2 + number % 3)
        schemas.append(record(**fields))
    return schemas


SCHEMAS = build_schemas()
