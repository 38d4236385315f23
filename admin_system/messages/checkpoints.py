"""What is wrong with a folder of weights, and with their quantization."""

SENTENCES: dict[str, tuple[str, str]] = {
    "checkpoint_bad_config": (
        "The field {field} of the model's config.json is {value}, which this kind of model cannot "
        "have. Download the file again.",
        "模型 config.json 的字段 {field} 是 {value}，这类模型不能用这个值。重新下载该文件。",
    ),
    "checkpoint_missing_tensor": (
        "The weights lack {count} tensors, the first is {name}. Download the model again.",
        "权重缺少 {count} 个张量，第一个是 {name}。重新下载模型。",
    ),
    "checkpoint_text_only": (
        "This is a Qwen model without vision. Choose a Qwen-VL folder.",
        "这是不带视觉部分的 Qwen 模型。选择 Qwen-VL 的文件夹。",
    ),
    "checkpoint_unexpected_tensor": (
        "The weights hold {count} tensors that are no part of this model, the first is {name}. "
        "Choose a folder whose config.json and weights belong together.",
        "权重里有 {count} 个不属于此模型的张量，第一个是 {name}。"
        "选择 config.json 与权重相符的文件夹。",
    ),
    "checkpoint_unsafe_file": (
        "The file {file} is damaged or holds more than plain tensors, so it was not opened: it "
        "could run code. Download the model again, as safetensors where possible.",
        "文件 {file} 已损坏或含有张量以外的内容，可能会执行代码，因此没有打开。"
        "重新下载模型，尽量用 safetensors 格式。",
    ),
    "checkpoint_wrong_shape": (
        "The tensor {name} has the shape {shape}; config.json asks for {expected}. Choose a folder "
        "whose config.json and weights belong together.",
        "张量 {name} 的形状是 {shape}，config.json 要求 {expected}。"
        "选择 config.json 与权重相符的文件夹。",
    ),
    "tokenizer_damaged": (
        "The vocabulary {file} of the model is damaged. Download the file again.",
        "模型的词表 {file} 已损坏。重新下载该文件。",
    ),
    "tokenizer_missing": (
        "The vocabulary {file} of the model is missing. Download the file into the model's folder.",
        "缺少模型的词表 {file}。把该文件下载到模型的文件夹。",
    ),
    "folder_not_allowed": (
        "{path} cannot be chosen here. Choose a folder below the allowed ones, or add its place "
        "to QWEN_VL_MODEL_DIRS.",
        "这里不能选择 {path}。选择允许的文件夹下的文件夹，或把它的位置加到 QWEN_VL_MODEL_DIRS。",
    ),
    "gptqmodel_unsuited": (
        "gptqmodel has no four-bit layers for this kind of model ({family}). Choose this "
        "project's own in the model's configuration.",
        "gptqmodel 没有适合此类模型（{family}）的 4 位层。在模型配置里改选“本项目自带”。",
    ),
    "quantization_bad_layer": (
        "The quantized layer {name} does not fit together: {reason}. Download the model again.",
        "量化层 {name} 的各部分对不上：{reason}。重新下载模型。",
    ),
    "quantization_fallback": (
        "Some layers do not run in four bits on this device; they are dequantized instead, which "
        "takes more memory or time.",
        "部分层在此设备上不能按 4 位运行，已改为反量化运行，会占用更多内存或时间。",
    ),
    "quantization_invalid_field": (
        "The quantization of the model states {field} as {value}, which is not a valid value. "
        "Download the model again.",
        "模型的量化配置里 {field} 写成了 {value}，这不是有效的值。重新下载模型。",
    ),
    "quantization_package_missing": (
        "To run these weights ({method}), packages are missing: {packages}. Install them with: "
        "{command}",
        "运行这些权重（{method}）需要未安装的软件包：{packages}。安装命令：{command}",
    ),
    "quantization_package_unfit": (
        "{package} needs {needed}, but {installed} is installed. Install a version that fits "
        "with: {command}",
        "{package} 需要 {needed}，而这里安装的是 {installed}。安装相配的版本：{command}",
    ),
    "quantization_package_unusable": (
        "The packages for {method} weights do not work on this computer ({reason}). Install them "
        "again with: {command}",
        "用于 {method} 权重的软件包在这台电脑上不能工作（{reason}）。重新安装：{command}",
    ),
    "quantization_unknown": (
        "The weights are quantized with {method}, which is not supported. Choose a four-bit GPTQ "
        "or AWQ (gemm) model, or an unquantized one.",
        "权重用 {method} 量化，不受支持。换用 4 位的 GPTQ 或 AWQ（gemm）模型，或者未量化的模型。",
    ),
    "quantize_nothing_found": (
        "Nothing in {path} can be quantized in groups of {group_size}. Choose another group size, "
        "or the folder of a vision-language model.",
        "{path} 里没有可以按每组 {group_size} 个量化的层。"
        "换一个组大小，或者选择视觉语言模型的文件夹。",
    ),
    "quantize_source_quantized": (
        "The model in {path} is quantized already. Choose the unquantized one.",
        "{path} 里的模型已经量化。选择未量化的模型。",
    ),
    "quantize_target_exists": (
        "{path} is there already. Choose a folder that does not exist yet.",
        "{path} 已经存在。选择一个还不存在的文件夹。",
    ),
}
