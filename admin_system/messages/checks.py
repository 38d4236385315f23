"""What the check of a model tells of it, line by line."""

SENTENCES: dict[str, tuple[str, str]] = {
    "check_answer": (
        "Answer in {seconds}\u00a0s ({tokens} tokens) to: {question}\n  {answer}",
        "{seconds}\u00a0秒回答（{tokens} 个 token），问题：{question}\n  {answer}",
    ),
    "check_complete": ("The model is in order.", "模型正常。"),
    "check_context": ("Context length: {tokens} tokens", "上下文长度：{tokens} 个 token"),
    "check_family": ("Family: {family}", "模型系列：{family}"),
    "check_folder": ("Folder: {path}", "文件夹：{path}"),
    "check_layers_fell_back": (
        "Self-check of the quantised layers: some failed and run dequantised, which takes more "
        "memory or time",
        "量化层自检：部分未通过，已改为反量化运行，会占用更多内存或时间",
    ),
    "check_layers_passed": (
        "Self-check of the quantised layers: no fault",
        "量化层自检：未发现问题",
    ),
    "check_loaded": (
        "Loaded in {seconds}\u00a0s onto {device} as {precision}",
        "{seconds}\u00a0秒加载到 {device}，精度 {precision}",
    ),
    "check_memory": (
        "Memory of {device}: needs about {needed_gb}\u00a0GB, {free_gb}\u00a0GB free",
        "{device} 的内存：约需 {needed_gb}\u00a0GB，空闲 {free_gb}\u00a0GB",
    ),
    "check_not_local": (
        "The model {model} does not run in this process, so there is no folder to check.",
        "模型 {model} 不在本进程运行，没有可检查的文件夹。",
    ),
    "check_pixels": (
        "Pixels of a picture: {least} to {most}",
        "图片像素：{least} 到 {most}",
    ),
    "check_quantization": ("Quantisation: {quantization}", "量化：{quantization}"),
    "check_quick_only": (
        "The service (process {pid}) holds the model, so it was not loaded here; only the files "
        "were checked.",
        "服务（进程号 {pid}）正在使用模型，因此没有在这里加载，只检查了文件。",
    ),
    "check_stored": ("Stored as: {precision}", "存储精度：{precision}"),
    "check_unknown_model": (
        "There is neither a folder nor a model configuration {model}. The configurations are "
        "{known}.",
        "没有名为 {model} 的文件夹或模型配置。现有配置：{known}。",
    ),
    "check_weights": (
        "Weights: {megabytes} MB, {parameters} parameters",
        "权重：{megabytes} MB，{parameters} 个参数",
    ),
}
