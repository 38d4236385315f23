"""What can happen while a model is downloaded."""

SENTENCES: dict[str, tuple[str, str]] = {
    "download_bad_answer": (
        "{site} answered in a way that is not understood ({status}). Try again later, or use the "
        "other source.",
        "{site} 的回答无法识别（{status}）。稍后再试，或换用另一个来源。",
    ),
    "download_bad_name": (
        "{name} is not the name of a model. It looks like Qwen/Qwen2-VL-2B-Instruct.",
        "{name} 不是模型名称。名称的样子是 Qwen/Qwen2-VL-2B-Instruct。",
    ),
    "download_bad_proxy": (
        "The proxy in the environment (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) cannot be used. "
        "Write it as http://host:port or socks5://host:port.",
        "环境变量 HTTPS_PROXY、HTTP_PROXY 或 ALL_PROXY 里的代理不能用。"
        "写成 http://主机:端口 或 socks5://主机:端口。",
    ),
    "download_cannot_write": (
        "Nothing can be written to {folder}. Correct its permissions, or name another folder with "
        "--to.",
        "无法写入 {folder}。修改权限，或用 --to 换一个文件夹。",
    ),
    "download_complete": (
        "The model is in {folder}, every file checked.",
        "模型已在 {folder}，每个文件都已校验。",
    ),
    "download_corrupt": (
        "The file {file} from {site} does not have the checksum that the site states; it was "
        "removed. Begin it again: everything else is kept.",
        "{site} 的文件 {file} 与网站给出的校验和不符，已删除。再次开始下载，其他文件已保留。",
    ),
    "download_disk_became_full": (
        "The disk with {folder} is full. Make room and begin it again: it goes on where it "
        "stopped.",
        "{folder} 所在的磁盘已满。腾出空间后再次开始下载，会从中断处继续。",
    ),
    "download_disk_full": (
        "Not enough room in {folder}: needs {needed_gb}\u00a0GB, {free_gb}\u00a0GB free. Make "
        "room, or name another folder with --to.",
        "{folder} 空间不够：需要 {needed_gb}\u00a0GB，剩余 {free_gb}\u00a0GB。"
        "腾出空间，或用 --to 换一个文件夹。",
    ),
    "download_interrupted": (
        "The connection to {site} broke off again and again at {file}. Begin it again: it "
        "goes on where it stopped.",
        "与 {site} 的连接在下载 {file} 时一再中断。再次开始下载，会从中断处继续。",
    ),
    "download_no_model": (
        "The repository {name} has no {file}. Choose one with config.json and weights as "
        "safetensors or pytorch_model.bin, not GGUF.",
        "仓库 {name} 里没有 {file}。"
        "选择含 config.json 和 safetensors 或 pytorch_model.bin 权重的仓库，不能是 GGUF。",
    ),
    "download_not_allowed": (
        "{site} does not give {name} to everyone. Check the name; for a private model, or one "
        "whose licence has to be accepted on its page first, put an access token of the site into "
        "the environment variable {variable}.",
        "{site} 不向所有人提供 {name}。检查名称；若模型是私有的，或要先在其网页上接受许可，"
        "把该网站的访问令牌写入环境变量 {variable}。",
    ),
    "download_not_found": (
        "There is no download {id}. The list shows those that there are.",
        "没有编号为 {id} 的下载。列表里有全部下载。",
    ),
    "download_registered": (
        "Its configuration is {model}. To use it: python manage.py use_model {model}, then start "
        "the service.",
        "它的配置名是 {model}。要使用它：python manage.py use_model {model}，然后启动服务。",
    ),
    "download_running": (
        "Another download into {folder} is running. Wait for it to end.",
        "另一个下载正在写入 {folder}。等它结束。",
    ),
    "download_still_running": (
        "{name} is being downloaded. Stop it first.",
        "{name} 正在下载。先停止它。",
    ),
    "download_stopped": (
        "Stopped. Begin it again: it goes on where it stopped.",
        "已停止。再次开始下载，会从中断处继续。",
    ),
    "download_target_exists": (
        "{folder} is there already and holds something else. Name another folder with --to.",
        "{folder} 已经存在，内容不同。用 --to 换一个文件夹。",
    ),
    "download_unknown_model": (
        "{site} has no model {name} with the revision {revision}. Check both.",
        "{site} 没有版本为 {revision} 的模型 {name}。检查名称和版本。",
    ),
    "download_unreachable": (
        "{site} cannot be reached. Check the network and its proxy, or use the other source.",
        "无法连接 {site}。检查网络和代理，或换用另一个来源。",
    ),
    "stage_downloading": ("Downloading the model", "下载模型"),
}
