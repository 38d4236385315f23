"""What can happen while a model runs."""

SENTENCES: dict[str, tuple[str, str]] = {
    "checkpoint_bad_file": (
        "The file {file} of the model cannot be read. Download it again.",
        "模型的文件 {file} 无法读取。重新下载它。",
    ),
    "checkpoint_missing_file": (
        "The file {file} is missing in {path}. Download the model again.",
        "{path} 里缺少文件 {file}。重新下载模型。",
    ),
    "checkpoint_missing_folder": (
        "There is no folder {path}. Correct the path of the model.",
        "没有文件夹 {path}。改正模型的路径。",
    ),
    "checkpoint_missing_shard": (
        "{missing} of {shards} weight files are missing in {path}, the first is {file}. Download "
        "the model again.",
        "{path} 里的 {shards} 个权重文件缺少 {missing} 个，第一个是 {file}。重新下载模型。",
    ),
    "checkpoint_no_config": (
        "There is no config.json in {path}. Choose the folder that holds the model's files.",
        "{path} 里没有 config.json。选择存放模型文件的文件夹。",
    ),
    "checkpoint_no_field": (
        "{file} of the model has no field {field}. Download it again.",
        "模型的 {file} 没有字段 {field}。重新下载它。",
    ),
    "checkpoint_no_weights": (
        "There are no weights in {path}: {file} is missing. Download the model again.",
        "{path} 里没有权重：缺少 {file}。重新下载模型。",
    ),
    "checkpoint_not_downloaded": (
        "{file} is a pointer of git-lfs, not the file itself. Run git lfs pull in the folder.",
        "{file} 是 git-lfs 的指针，不是文件本身。在文件夹里运行 git lfs pull。",
    ),
    "checkpoint_not_safetensors": (
        "The weights in {path} are neither safetensors nor pytorch_model.bin. Choose a folder with "
        "one of these.",
        "{path} 里的权重既不是 safetensors 也不是 pytorch_model.bin。选择含有其中一种的文件夹。",
    ),
    "checkpoint_quantized": (
        "The weights in {path} are quantized as {quantization}, which this model cannot be run "
        "with. Choose the four-bit GPTQ form or an unquantized one.",
        "{path} 里的权重按 {quantization} 量化，此模型不能这样运行。"
        "换用 4 位 GPTQ 或未量化的版本。",
    ),
    "checkpoint_truncated": (
        "The file {file} of the model is cut off. Download it again.",
        "模型的文件 {file} 不完整。重新下载它。",
    ),
    "checkpoint_unknown_family": (
        "Models of the type {model_type} are not supported. Known are {known}.",
        "不支持 {model_type} 类型的模型。支持 {known}。",
    ),
    "device_missing": (
        "There is no device {device}; {cards} graphics cards were found. Choose another device.",
        "没有设备 {device}；找到 {cards} 块显卡。换一个设备。",
    ),
    "device_unknown": (
        "The device {device} is not known. Use auto, cpu, cuda or cuda:0.",
        "不认识设备 {device}。可以用 auto、cpu、cuda 或 cuda:0。",
    ),
    "family_unknown": (
        "The model family {family} is not known. Known are {known}.",
        "不认识模型系列 {family}。支持 {known}。",
    ),
    "conversation_refused": (
        "The model's chat template does not accept this order of messages. Begin with a user "
        "message and let the roles alternate.",
        "模型的对话模板不接受这样的消息顺序。以 user 消息开始，并让角色交替出现。",
    ),
    "engine_failed": (
        "The model broke down while it answered and is being loaded again. Ask again shortly; if "
        "it happens often, your administrator finds the reason in the log.",
        "模型在回答时出现故障，正在重新加载。稍后再问；如果经常发生，管理员可以在日志里查到原因。",
    ),
    "answer_stopped": (
        "The answer was stopped before it was complete.",
        "回答完成之前被停止了。",
    ),
    "engine_stopped": (
        "The model was unloaded before the answer was complete. Ask again when a model is ready.",
        "回答完成之前模型被卸载了。等模型就绪后再问。",
    ),
    "generation_failed": (
        "The answer could not be generated, id {request}. Your administrator can find it in the "
        "log.",
        "无法生成回答，编号 {request}。管理员可以凭编号在日志里查到。",
    ),
    "generation_out_of_memory": (
        "There was not enough memory for this answer, id {request}. Send a shorter conversation "
        "or smaller pictures.",
        "内存或显存不够完成此回答，编号 {request}。缩短对话或换用更小的图片。",
    ),
    "steps_differ": (
        "Steps on the card gave other figures than ordinary passes at load and are not used; "
        "answers are right, and slower.",
        "加载时显卡上的步与普通计算结果不符，因此不用；回答无误，但较慢。",
    ),
    "steps_failed": (
        "A step on the card failed; passes go on without it, more slowly. The log has the reason.",
        "显卡上的步出错，改用普通计算，较慢。原因在日志里。",
    ),
    "steps_not_for_family": (
        "This family of models has no steps that could be captured.",
        "此系列的模型没有可以录制的步。",
    ),
    "steps_off": (
        "QWEN_VL_DECODE_STEPS is off.",
        "QWEN_VL_DECODE_STEPS 设为 off。",
    ),
    "steps_on_processor": (
        "The model runs on the processor, which has no graphs.",
        "模型在处理器上运行，没有图。",
    ),
    "steps_read_values": (
        "This model's work depends on figures that are known only while it runs.",
        "此模型的计算取决于运行中才知道的数值。",
    ),
    "steps_without_graphs": (
        "Steps of fixed sizes run on the processor, without graphs.",
        "固定大小的步在处理器上运行，没有图。",
    ),
    "upstream_address_missing": (
        "The remote model has no address. Give the address of its service, ending in /v1.",
        "远程模型没有地址。填写其服务的地址，以 /v1 结尾。",
    ),
    "upstream_bad_answer": (
        "The remote service answered with something that is not an OpenAI-compatible answer.",
        "远程服务的回答不是 OpenAI 兼容的格式。",
    ),
    "upstream_dropped_field": (
        "The remote service takes no notice of {field}. Leave it out, or choose another service.",
        "远程服务没有理会 {field}。去掉它，或换一个服务。",
    ),
    "upstream_failed": (
        "The remote service could not load the model: {reason}",
        "远程服务无法加载模型：{reason}",
    ),
    "upstream_interrupted": (
        "The connection to the remote service was lost before the answer was complete.",
        "回答完成之前与远程服务的连接断开了。",
    ),
    "upstream_model_missing": (
        "The remote service has no model {model}. It has {known}.",
        "远程服务没有模型 {model}。它有 {known}。",
    ),
    "upstream_refused": (
        "The remote service refused the request ({status}): {reason}",
        "远程服务拒绝了请求（{status}）：{reason}",
    ),
    "upstream_too_slow": (
        "The remote service did not answer within {seconds}\u00a0s.",
        "远程服务 {seconds} 秒内没有回答。",
    ),
    "upstream_tried": (
        "{url} answers; the first words came after {milliseconds} ms. It calls itself {server} and "
        "has these models: {models}.",
        "{url} 有回答，{milliseconds} 毫秒后有了第一段。它自称 {server}，有这些模型：{models}。",
    ),
    "upstream_tried_fields": (
        "These fields have no effect there: {fields}.",
        "这些字段在那里不起作用：{fields}。",
    ),
    "upstream_unreachable": (
        "The remote service cannot be reached. Check its address and whether it runs.",
        "无法连接远程服务。检查地址，以及服务是否在运行。",
    ),
}
