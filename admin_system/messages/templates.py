"""Prompt templates: what is wrong with their text, and which one is meant."""

SENTENCES: dict[str, tuple[str, str]] = {
    "template_asks_nothing": (
        "The prompt template words a question, and the conversation has none. Add a message of "
        "the role user, or choose a template without {{question}}.",
        "提示词模板要改写问题，而对话里没有问题。"
        "添加一条 user 消息，或选用不含 {{question}} 的模板。",
    ),
    "template_braces": (
        "The braces in the text do not pair. Write a variable as {{question}}, and a brace that "
        "is meant as such twice: {{{{ or }}}}.",
        "文本里的花括号没有成对。变量写成 {{question}}，要显示花括号本身时写两遍：{{{{ 或 }}}}。",
    ),
    "template_empty": ("The text of the template is empty.", "模板的文本为空。"),
    "template_lacks_variable": (
        "A template of this kind needs the variable {{{name}}}. Add it where it belongs.",
        "这一类模板需要变量 {{{name}}}。把它加到合适的位置。",
    ),
    "template_name_taken": (
        "There is a prompt template {template} already. Choose another name.",
        "已有提示词模板 {template}。换一个名称。",
    ),
    "template_not_found": (
        "There is no prompt template {template}. GET /api/templates lists them.",
        "没有提示词模板 {template}。GET /api/templates 会列出全部。",
    ),
    "template_slug_wrong": (
        "{given} cannot name a template. Use small letters, digits, - and _, with a letter or "
        "digit first.",
        "{given} 不能用作模板的标识。只用小写字母、数字、- 和 _，以字母或数字开头。",
    ),
    "template_too_long": (
        "The text has {given} characters; it may have {limit}.",
        "文本有 {given} 个字符，最多 {limit} 个。",
    ),
    "template_unknown_variable": (
        "There is no variable {{{name}}} here. There are: {allowed}",
        "这里没有变量 {{{name}}}。可用的有：{allowed}",
    ),
    "template_wrong_kind": (
        "The prompt template {template} is of the kind {kind}; here it must be of the kind "
        "{wanted}.",
        "提示词模板 {template} 的种类是 {kind}，这里应为 {wanted}。",
    ),
}
