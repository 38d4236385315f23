"""Fields of a body that hold something else than they may."""

SENTENCES: dict[str, tuple[str, str]] = {
    "cursor_unknown": (
        "The cursor does not come from this list. Take next_cursor of the page before.",
        "这个 cursor 不属于此列表。用上一页给出的 next_cursor。",
    ),
    "day_malformed": (
        "{param} is {given}; it must be a day such as 2026-11-25.",
        "{param} 是 {given}，应为日期，例如 2026-11-25。",
    ),
    "field_above_range": (
        "{param} is {given}; it must be below {limit}.",
        "{param} 是 {given}，应小于 {limit}。",
    ),
    "field_below_range": (
        "{param} is {given}; it must be above {limit}.",
        "{param} 是 {given}，应大于 {limit}。",
    ),
    "field_empty": ("{param} is empty. It needs a value.", "{param} 为空，需要填写内容。"),
    "field_missing": ("The field {param} is missing.", "缺少字段 {param}。"),
    "field_needs_other": (
        "{param} is only of use together with {other}. Set {other} to true, or leave {param} out.",
        "{param} 只有与 {other} 一起才有意义。把 {other} 设为 true，或去掉 {param}。",
    ),
    "field_not_a_boolean": (
        "{param} is {given}; it must be true or false.",
        "{param} 是{given}，应为 true 或 false。",
    ),
    "field_not_a_content": (
        "{param} is {given}; it must be text, or a list of parts of type text or image_url.",
        "{param} 是{given}，应为文本，或由 text、image_url 类型的部分组成的列表。",
    ),
    "field_not_a_list": (
        "{param} is {given}; it must be a list.",
        "{param} 是{given}，应为列表。",
    ),
    "field_not_a_number": (
        "{param} is {given}; it must be a number.",
        "{param} 是{given}，应为数字。",
    ),
    "field_not_a_string": (
        "{param} is {given}; it must be text.",
        "{param} 是{given}，应为文本。",
    ),
    "field_not_a_template": (
        "{param} is {given}; it must be the name of a prompt template, or a draft of one.",
        "{param} 是{given}，应为提示词模板的标识，或模板草稿。",
    ),
    "field_not_an_integer": (
        "{param} is {given}; it must be a whole number.",
        "{param} 是{given}，应为整数。",
    ),
    "field_not_an_object": (
        "{param} is {given}; it must be an object with fields.",
        "{param} 是{given}，应为带字段的对象。",
    ),
    "field_not_honoured": (
        "This service does not support {param} yet. Leave it out.",
        "本服务暂不支持 {param}。去掉这个字段。",
    ),
    "field_not_labels": (
        "{param} is {given}; it must be true, false or a list of labels.",
        "{param} 是{given}，应为 true、false 或名称列表。",
    ),
    "field_not_one_of": (
        "{param} is {given}; it must be one of {allowed}.",
        "{param} 是 {given}，应为 {allowed} 之一。",
    ),
    "field_over_maximum": (
        "{param} is {given}; it is at most {limit}.",
        "{param} 是 {given}，最大为 {limit}。",
    ),
    "field_too_few": (
        "{param} has {given} entries; it needs at least {limit}.",
        "{param} 有 {given} 项，至少要 {limit} 项。",
    ),
    "field_too_long": (
        "{param} has {given} characters; it may have {limit}.",
        "{param} 有 {given} 个字符，最多 {limit} 个。",
    ),
    "field_too_many": (
        "{param} has {given} entries; it may have {limit}.",
        "{param} 有 {given} 项，最多 {limit} 项。",
    ),
    "field_under_minimum": (
        "{param} is {given}; it is at least {limit}.",
        "{param} 是 {given}，最小为 {limit}。",
    ),
    "field_unknown": (
        "The field {param} is not known here.",
        "这里没有字段 {param}。",
    ),
    "field_unknown_nearest": (
        "The field {param} is not known here. Did you mean {nearest}?",
        "这里没有字段 {param}。是否想写 {nearest}？",
    ),
    "field_wrong": (
        "{param} cannot be used as it stands. /api/docs describes the field.",
        "{param} 的值不能使用。/api/docs 有这个字段的说明。",
    ),
    "fields_conflict": (
        "{param} and {other} say different things. Keep one of them.",
        "{param} 与 {other} 互相矛盾。只保留一个。",
    ),
    "schema_refused": (
        "An answer cannot be held to {param}: {reason}",
        "无法按 {param} 约束回答：{reason}",
    ),
    "tool_unknown": (
        "{param} names no tool of tools. Name one of them, or use auto, required or none.",
        "{param} 不在 tools 里。写出其中一个的名称，或用 auto、required、none。",
    ),
    "type_boolean": ("true or false", "布尔值"),
    "type_list": ("a list", "列表"),
    "type_null": ("null", "空值（null）"),
    "type_number": ("a number", "数字"),
    "type_object": ("an object", "对象"),
    "type_string": ("text", "文本"),
    "period_turned_round": (
        "The period begins on {given}, after its end on {last}. Exchange from and to.",
        "时间段从 {given} 开始，晚于结束日期 {last}。把 from 和 to 对调。",
    ),
}
