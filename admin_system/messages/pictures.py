"""Pictures that cannot be used."""

SENTENCES: dict[str, tuple[str, str]] = {
    "box_outside_picture": (
        "{param} is {given}; it has to be x1 < x2, y1 < y2 inside {width} x {height} pixels.",
        "{param} 是 {given}，应满足 x1 < x2、y1 < y2，并且在 {width} x {height} 像素之内。",
    ),
    "picture_address_unknown": (
        "{param} names no picture of yours on this server. Send the picture as a data: URL.",
        "{param} 不是你在本服务器上的图片。用 data: URL 发送图片。",
    ),
    "picture_in_role": (
        "{param} is a picture in a {role} message. Pictures belong in user messages.",
        "{param} 是 {role} 消息里的图片。图片应放在 user 消息里。",
    ),
    "picture_in_text_field": (
        "{param} came as a text field. Send it as a file, with its name, or as base64 in the "
        "field image_base64.",
        "{param} 是文本字段。把它作为文件（带文件名）发送，或用 base64 放在字段 image_base64 里。",
    ),
    "picture_expired": (
        "A picture of this conversation has been removed. Start a new one, and send it again.",
        "这个对话里有图片已被删除。新开对话，重新发送图片。",
    ),
    "set_full": (
        "A set has at most {limit} pictures. Begin another one for the rest.",
        "一个图片集最多 {limit} 张图片。其余的放进新的图片集。",
    ),
    "set_picture_gone": (
        "The file of this picture is gone. Remove it from the set, and send it again.",
        "这张图片的文件已经不在了。把它从图片集里删除，重新发送。",
    ),
    "picture_missing": (
        "There is no picture. Send it in the field {param}.",
        "没有图片。把图片放在字段 {param} 里发送。",
    ),
    "picture_url_blocked": (
        "{param} is an address elsewhere; this server fetches no pictures from other addresses. "
        "Send the picture as a data: URL.",
        "{param} 是外部地址，本服务器不从外部下载图片。用 data: URL 发送图片。",
    ),
    "picture_host_refused": (
        "{param} is no address that this server fetches pictures from. Send the picture as a "
        "data: URL.",
        "本服务器不从 {param} 的地址下载图片。用 data: URL 发送图片。",
    ),
    "picture_not_fetched": (
        "{param} could not be fetched: no answer came within {seconds} s and {limit}. "
        "Send the picture as a data: URL.",
        "{param} 下载失败：须在 {seconds} 秒、{limit} 之内得到回答。用 data: URL 发送图片。",
    ),
    "pictures_too_many": (
        "The conversation has {given} pictures; it may have {limit}. Remove earlier pictures.",
        "对话里有 {given} 张图片，最多 {limit} 张。删去前面的图片。",
    ),
    "picture_bad_base64": (
        "{param} is not valid base64. Send the bytes of the picture as base64 or as a data: URL.",
        "{param} 不是合法的 base64。把图片的字节编码成 base64 或 data: URL 发送。",
    ),
    "picture_not_a_picture": (
        "{param} is not a picture. Use JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC.",
        "{param} 不是图片。可以用 JPEG、PNG、WebP、GIF、BMP、TIFF 或 HEIC。",
    ),
    "picture_too_many_pixels": (
        "{param} has {width} x {height} pixels; at most {limit} are read. Send a smaller picture.",
        "{param} 有 {width} x {height} 像素，最多读取 {limit}。换一张更小的图片。",
    ),
    "picture_too_narrow": (
        "{param} is {width} x {height} pixels: one side is more than {limit} times the other. "
        "Cut the picture into parts.",
        "{param} 是 {width} x {height} 像素：一边超过另一边的 {limit} 倍。把图片裁成几部分。",
    ),
    "picture_truncated": (
        "{param} is damaged or cut off. Send the whole file again.",
        "{param} 已损坏或不完整。重新发送完整的文件。",
    ),
    "pictures_not_shown": (
        "This model shows pictures of user messages only: {shown} of {sent} would be seen. Move "
        "the pictures into user messages.",
        "此模型只看 user 消息里的图片：{sent} 张中只能看到 {shown} 张。把图片移到 user 消息里。",
    ),
}
