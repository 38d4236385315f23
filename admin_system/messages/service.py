"""The state of the service and of its models while they load."""

SENTENCES: dict[str, tuple[str, str]] = {
    "analysis_not_found": (
        "There is no analysis {id} of yours.",
        "你没有编号为 {id} 的分析记录。",
    ),
    "picture_not_found": (
        "You have no picture {id} in this set. GET /api/picture-sets lists what you have.",
        "你在这个图片集里没有图片 {id}。GET /api/picture-sets 会列出你的图片集。",
    ),
    "picture_set_not_found": (
        "You have no set of pictures {id}. GET /api/picture-sets lists yours.",
        "你没有图片集 {id}。GET /api/picture-sets 会列出你的图片集。",
    ),
    "conversation_not_found": (
        "There is no conversation {id} of yours.",
        "你没有编号为 {id} 的对话。",
    ),
    "message_not_found": (
        "The conversation has no such message: {id}.",
        "对话里没有这条消息：{id}。",
    ),
    "log_not_found": (
        "There is no log {name}. GET /api/logs lists them.",
        "没有日志 {name}。GET /api/logs 会列出日志。",
    ),
    "request_not_found": (
        "No request {id} of yours is being answered or waits.",
        "你没有编号为 {id} 的请求正在处理或排队。",
    ),
    "export_question": ("Question", "提问"),
    "export_answer": ("Answer", "回答"),
    "context_length_exceeded": (
        "The conversation has {tokens} tokens or more; the model takes {limit} with its answer. "
        "Shorten it, remove earlier pictures or lower max_tokens.",
        "对话至少有 {tokens} 个 token，模型连同回答最多 {limit} 个。"
        "缩短对话、删去前面的图片，或减小 max_tokens。",
    ),
    "deadline_passed": (
        "The answer was not complete after {seconds} s and was ended. Lower max_tokens or "
        "use streaming.",
        "{seconds} 秒内没有完成回答，已结束。减小 max_tokens 或改用流式输出。",
    ),
    "database_outdated": (
        "The tables of the database are older than the program: run manage.py migrate.",
        "数据库的表比程序旧：需要运行 manage.py migrate。",
    ),
    "database_unreachable": (
        "The database cannot be reached. Your administrator can find the reason in the log.",
        "无法访问数据库。管理员可以在日志里查到原因。",
    ),
    "database_busy": (
        "The database is being written to by somebody else for too long. Try again shortly.",
        "数据库长时间被其他写入占用。稍后再试。",
    ),
    "disk_full": (
        "The disk is full; nothing of this was kept. Try again when your administrator has made "
        "room.",
        "磁盘已满，这次的内容没有保存。管理员腾出空间后再试。",
    ),
    "files_unreachable": (
        "The storage of documents and pictures does not answer; nothing of this was kept. Try "
        "again shortly; your administrator can find the reason in the log.",
        "文档和图片的存储没有响应，这次的内容没有保存。稍后再试；管理员可以在日志里查到原因。",
    ),
    "files_well": (
        "Documents and pictures can be written, read and removed: {place}",
        "文档和图片可以写入、读取和删除：{place}",
    ),
    "files_bucket_missing": (
        "The storage of documents and pictures has no such bucket. Your administrator has to "
        "create it or to set QWEN_VL_FILES.",
        "文档和图片的存储里没有这个桶。管理员需要创建它，或修改 QWEN_VL_FILES。",
    ),
    "files_refused": (
        "The storage of documents and pictures refuses the service. Your administrator has to "
        "see to its credentials and their rights.",
        "文档和图片的存储拒绝了本服务。管理员需要检查凭证及其权限。",
    ),
    "files_clock_wrong": (
        "The storage of documents and pictures refuses the service, whose clock is wrong. Your "
        "administrator has to set the clock.",
        "服务器的时钟不准，文档和图片的存储拒绝了请求。管理员需要校准时钟。",
    ),
    "model_busy": (
        "A model is being loaded just now. Try again when it is ready.",
        "正在加载模型。就绪后再试。",
    ),
    "model_failed": (
        "The model is not available: {reason}",
        "模型不可用：{reason}",
    ),
    "model_loading": (
        "The model {model} is loading ({percent} %). Try again shortly.",
        "模型 {model} 正在加载（{percent}%）。稍后再试。",
    ),
    "model_not_found": (
        "There is no model {model}. GET /api/v1/models lists the names.",
        "没有模型 {model}。GET /api/v1/models 会列出名称。",
    ),
    "model_not_loaded": (
        "The model {model} is not loaded. Load it first, or ask for the one that is.",
        "模型 {model} 没有加载。先加载它，或使用已加载的模型。",
    ),
    "model_unloaded": (
        "No model is loaded. Load one first.",
        "没有加载模型。先加载一个。",
    ),
    "no_current_model": (
        "No model is the current one. Name the model to load.",
        "没有当前模型。写出要加载的模型名称。",
    ),
    "too_many_sockets": (
        "{most} connections of yours are open already. Close one, or send further requests on one "
        "that is open.",
        "你已经打开了 {most} 条连接。关闭一条，或在已打开的连接上继续发送请求。",
    ),
    "connection_full": (
        "{waiting} requests run on this connection already. Wait for one of them to end, or open "
        "another connection.",
        "这条连接上已有 {waiting} 个请求在处理。等其中一个结束，或另开一条连接。",
    ),
    "queue_full": (
        "The queue is full: {waiting} requests are waiting. Try again later.",
        "排队已满：有 {waiting} 个请求在等待。稍后再试。",
    ),
    "service_stops": (
        "The service is stopping or restarting. Send the request again shortly.",
        "服务正在停止或重启。稍后重新发送。",
    ),
    "server_fault": (
        "Something went wrong, id {request_id}. Your administrator can find it in the log.",
        "出错了，编号 {request_id}。管理员可以凭编号在日志里查到。",
    ),
    "configurations_unreadable": (
        "The model configurations cannot be read. Run manage.py migrate and start again.",
        "无法读取模型配置。运行 manage.py migrate 后重新启动。",
    ),
    "load_cancelled": ("The load was cancelled.", "加载已取消。"),
    "load_fault": (
        "The model could not be loaded because of a fault ({kind}); the log tells more.",
        "加载模型时出错（{kind}），详情见日志。",
    ),
    "memory_too_small": (
        "Not enough memory on {device}: needs {needed_gb}\u00a0GB, {free_gb}\u00a0GB free.",
        "{device} 的内存或显存不够：需要 {needed_gb}\u00a0GB，空闲 {free_gb}\u00a0GB。",
    ),
    "model_answers_too_slowly": (
        "The model was loaded, but gave no answer within {seconds}\u00a0s.",
        "模型已读入，但 {seconds} 秒内没有给出回答。",
    ),
    "model_gives_no_answer": (
        "The model was loaded, but its first answer is empty. Check that the files are complete.",
        "模型已读入，但第一次回答是空的。检查文件是否完整。",
    ),
    "model_owned_elsewhere": (
        "Another process of this service (process {pid}) holds the model. Stop it first.",
        "模型正由本服务的另一个进程（进程号 {pid}）使用。先停止那个进程。",
    ),
    "stage_checking": ("Checking the files", "检查文件"),
    "stage_preparing": ("Preparing the model", "准备模型"),
    "stage_reading_weights": ("Reading the weights", "读取权重"),
    "stage_starting": ("Starting the engine", "启动推理引擎"),
    "stage_upstream": ("Waiting for the remote service", "等待远程服务"),
    "stage_verifying": ("Verifying by a first answer", "用第一次回答验证"),
}
