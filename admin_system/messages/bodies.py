"""Bodies, addresses and frames that cannot be read."""

SENTENCES: dict[str, tuple[str, str]] = {
    "body_not_an_object": (
        "The body is not a JSON object. Send fields in braces, for example {example}.",
        "正文不是 JSON 对象。把字段写在花括号里，例如 {example}。",
    ),
    "body_not_utf8": (
        "The body is not UTF-8 text (byte {position}). Encode the JSON as UTF-8.",
        "正文不是 UTF-8 文本（第 {position} 字节）。用 UTF-8 编码 JSON。",
    ),
    "body_too_large": (
        "The body is larger than {limit} MiB. Send smaller or fewer pictures.",
        "正文超过 {limit} MiB。换用更小或更少的图片。",
    ),
    "body_too_slow": (
        "The body came too slowly and was given up. After {grace} seconds it has to arrive at "
        "1 KiB a second.",
        "正文传得太慢，已放弃接收。{grace} 秒之后，平均每秒至少要到达 1 KiB。",
    ),
    "content_encoding_unsupported": (
        "Bodies compressed as {given} are not read here. Send the body as it is.",
        "这里不读取以 {given} 压缩的正文。不要压缩，直接发送。",
    ),
    "content_type_unsupported": (
        "The content type {given} is not supported here. Send {allowed}.",
        "这里不支持内容类型 {given}。可以用 {allowed}。",
    ),
    "form_malformed": (
        "The form cannot be read. Send multipart/form-data with its boundary.",
        "表单无法读取。用带 boundary 的 multipart/form-data 发送。",
    ),
    "form_field_twice": (
        "The form has {param} {given} times. Send it once.",
        "表单里有 {given} 个 {param}。只发送一个。",
    ),
    "json_duplicate_field": (
        'The field "{field}" stands twice in one object of the body. Keep one of them.',
        "正文的同一个对象里字段“{field}”出现了两次。只保留一个。",
    ),
    "json_half_character": (
        "A text of the body holds half a character (a lone \\ud800 escape). Send whole characters.",
        "正文里有半个字符（单独的 \\ud800 转义）。发送完整的字符。",
    ),
    "json_malformed": (
        "The body is not valid JSON: the fault is at line {line}, column {column}.",
        "正文不是合法的 JSON：第 {line} 行第 {column} 列有错。",
    ),
    "json_not_a_number": (
        "{given} is not a JSON number. Use a finite number.",
        "{given} 不是 JSON 数字。用有限的数。",
    ),
    "json_too_deep": (
        "The body is nested too deeply. Send a flatter object.",
        "正文嵌套太深。用层次更少的对象。",
    ),
    "method_not_allowed": (
        "{method} is not possible on {path}. Use {allowed}.",
        "{path} 不支持 {method}。可以用 {allowed}。",
    ),
    "path_not_found": (
        "There is nothing at {path}. GET /api/ lists the addresses.",
        "{path} 不存在。GET /api/ 会列出所有地址。",
    ),
    "request_malformed": (
        "The request cannot be read as HTTP of this server. Check its address and headers.",
        "请求无法识别。检查地址和请求头。",
    ),
    "frame_binary_missing": (
        'The request names image "binary", but no binary frame came before it. '
        "Send the bytes of the picture first.",
        "请求写了 image 为 binary，但之前没有二进制帧。先发送图片的字节。",
    ),
    "frame_id_in_use": (
        "A request with the id {id} is still running. Use another id.",
        "编号 {id} 的请求还在进行。换一个编号。",
    ),
    "frame_id_unknown": (
        "No request with the id {id} is running.",
        "没有正在进行的编号为 {id} 的请求。",
    ),
    "frame_type_unknown": (
        "The frame type {given} is not known here. Use {allowed}.",
        "没有帧类型 {given}。可以用 {allowed}。",
    ),
}
