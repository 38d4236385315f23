"""Who may not do what, and what is said when somebody new may come in."""

SENTENCES: dict[str, tuple[str, str]] = {
    "admin_exists": ("There is an administrator already.", "已有管理员。"),
    "admin_made": (
        "Administrator: {name}\nPassword: {password}\nShown only once. Copy it now.",
        "管理员：{name}\n密码：{password}\n只显示这一次，现在就复制。",
    ),
    "daily_tokens_spent": (
        "The {limit} tokens that this key has a day are used up. It goes on after midnight; the "
        "administrator can raise the limit.",
        "此密钥每天的 {limit} 个 token 已用完，零点后恢复；管理员可以提高上限。",
    ),
    "key_expired": (
        "The API key has expired. Use a valid one.",
        "API 密钥已过期。换用有效的密钥。",
    ),
    "key_made": (
        "{name}: {scopes}. Shown only once. Copy it now:",
        "{name}：{scopes}。只显示这一次，现在就复制：",
    ),
    "key_missing": (
        "An API key is needed here. Send it as Authorization: Bearer <key>.",
        "这里需要 API 密钥。用 Authorization: Bearer <密钥> 发送。",
    ),
    "key_revoked": (
        "The API key has been revoked. Use a valid one.",
        "API 密钥已被吊销。换用有效的密钥。",
    ),
    "key_topic_unknown": (
        "The knowledge base has no topic {topic}. Make the topic first, or check its name.",
        "知识库里没有主题 {topic}。先建立这个主题，或检查名称。",
    ),
    "key_unknown": (
        "The API key is not known. Check that it was copied whole.",
        "没有这个 API 密钥。检查是否复制完整。",
    ),
    "origin_refused": (
        "Requests from the page {origin} are not accepted. Open the page from this server, "
        "or use an API key.",
        "不接受来自页面 {origin} 的请求。从本服务器打开页面，或使用 API 密钥。",
    ),
    "rate_limit_exceeded": (
        "You may send {limit} requests a minute. Send the next one in {retry_after} s.",
        "每分钟最多发送 {limit} 个请求，{retry_after} 秒后再发送。",
    ),
    "requests_at_once_exceeded": (
        "You may have {limit} requests on their way at a time. Wait for an answer first.",
        "最多同时进行 {limit} 个请求，先等一个回答完成。",
    ),
    "session_ended": (
        "You are signed out. Sign in again.",
        "登录已失效，要重新登录。",
    ),
    "storage_full": (
        "You keep {used} of the {limit} MiB that you may, and this would take {more} MiB more. "
        "Delete documents, conversations or pictures that are no longer needed, or ask the "
        "administrator to raise the limit.",
        "最多可存放 {limit} MiB，已用 {used} MiB，这次还需要 {more} MiB。"
        "删除不再需要的文档、对话或图片，或由管理员提高上限。",
    ),
    "scope_missing": (
        'This needs the permission "{scope}", which the caller does not have.',
        "此操作需要权限“{scope}”，当前调用者没有。",
    ),
}
