"""What the service tells those who look after it: events that happened, alerts that last."""

SENTENCES: dict[str, tuple[str, str]] = {
    "event_service_started": (
        "The service {version} started.",
        "服务 {version} 已启动。",
    ),
    "event_model_loaded": (
        "{model} is ready after {seconds} s.",
        "{model} 就绪，用时 {seconds} 秒。",
    ),
    "event_model_failed": (
        "{model} did not load: {reason}",
        "{model} 没有加载成功：{reason}",
    ),
    "event_model_unloaded": (
        "{model} was unloaded.",
        "{model} 已卸载。",
    ),
    "event_model_broke_down": (
        "{model} broke down and is loaded again by itself.",
        "{model} 运行中出错，正在自动重新加载。",
    ),
    "event_document_failed": (
        "The document “{document}” could not be indexed: {reason}",
        "文档“{document}”没有入库：{reason}",
    ),
    "event_disk_low": (
        "The disk with the data is {percent}% full; {free} GB are left.",
        "数据所在磁盘已用 {percent}%，剩 {free} GB。",
    ),
    "event_memory_low": (
        "Main memory is {percent}% full; {free} GB are left.",
        "内存已用 {percent}%，剩 {free} GB。",
    ),
    "event_gpu_lost": (
        "The graphics card {name} cannot be read any more.",
        "显卡 {name} 读取不到了。",
    ),
    "event_request_stopped": (
        "{who} stopped a request of {whose}: {id}.",
        "{who} 停止了 {whose} 的请求：{id}。",
    ),
    "event_login_locked": (
        "Too many wrong passwords for {name} from {address}; the account is locked for a while.",
        "{name} 从 {address} 多次输错密码，账号暂时锁定。",
    ),
    "alert_files_away": (
        "Documents and pictures cannot be kept or shown: {reason}",
        "文档和图片无法保存，也无法显示：{reason}",
    ),
    "alert_disk_low": (
        "The disk with the data is {percent}% full; {free} GB are left.",
        "数据所在磁盘已用 {percent}%，剩 {free} GB。",
    ),
    "alert_memory_low": (
        "Main memory is {percent}% full; {free} GB are left. Answers and imports may fail.",
        "内存已用 {percent}%，剩 {free} GB。回答和入库可能失败。",
    ),
    "alert_gpu_lost": (
        "A graphics card cannot be read any more: {names}. If answers fail, restart the machine.",
        "有显卡读取不到了：{names}。如果回答失败，就要重新启动机器。",
    ),
    "alert_model_failed": (
        "{model} did not load: {reason}",
        "{model} 没有加载成功：{reason}",
    ),
    "alert_model_breaks_down": (
        "{model} broke down in the last ten minutes and was loaded again; times: {count}.",
        "{model} 在最近十分钟内运行出错并自动重新加载，共 {count} 次。",
    ),
    "alert_documents_failed": (
        "Documents that could not be indexed: {count}. Each one says why.",
        "{count} 份文档没有入库，原因写在每份文档旁。",
    ),
    "alert_jobs_stand_still": (
        "Jobs of the knowledge base that nobody takes up for {minutes} minutes: {count}. "
        "Start the server with QWEN_VL_RUN_JOBS, or manage.py run_jobs.",
        "知识库有 {count} 项任务超过 {minutes} 分钟没有进程处理。"
        "启动带 QWEN_VL_RUN_JOBS 的服务，或运行 manage.py run_jobs。",
    ),
    "alert_faults": (
        "Requests that failed through a fault of the service in the last ten minutes: {count}. "
        "The log says why.",
        "最近十分钟有 {count} 个请求因服务出错而失败，原因写在日志里。",
    ),
}
