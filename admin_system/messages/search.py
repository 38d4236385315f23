"""What is wrong with an embedding model, a vector or an index of the knowledge base."""

SENTENCES: dict[str, tuple[str, str]] = {
    "embedder_bad_picture": (
        "The embedding model cannot take this picture. Send another one, such as a JPEG of usual "
        "proportions.",
        "嵌入模型无法处理这张图片。换一张，例如普通比例的 JPEG。",
    ),
    "embedder_bad_vectors": (
        "The embedding model answered with something that is not one vector for each text. Check "
        "that it is an embedding model.",
        "嵌入模型返回的不是每段文本一个向量。检查它是不是嵌入模型。",
    ),
    "embedder_changed": (
        "The files of the embedding model {name} have changed since the vectors were made. They "
        "are made anew; until then the keyword search answers.",
        "嵌入模型 {name} 的文件在生成向量之后有变动。正在重新生成向量，完成之前按关键词检索。",
    ),
    "embedder_folder_missing": (
        "There is no embedding model {name}: its folder has no modules.json. Choose the folder of "
        "a sentence-transformers model.",
        "没有嵌入模型 {name}：文件夹里没有 modules.json。选择 sentence-transformers 模型的文件夹。",
    ),
    "embedder_has_code": (
        "The embedding model {name} asks for program code from its folder, which is never run. "
        "Choose a model that does without.",
        "嵌入模型 {name} 要求运行其文件夹里的程序代码，这里从不运行。换用不需要代码的模型。",
    ),
    "embedder_not_loadable": (
        "The embedding model {name} cannot be loaded; the log says why. Download its files again.",
        "无法加载嵌入模型 {name}，原因见日志。重新下载它的文件。",
    ),
    "embedder_not_loaded": (
        "No embedding model is loaded, so only the keyword search works. Load one first.",
        "没有加载嵌入模型，只能按关键词检索。先加载一个嵌入模型。",
    ),
    "embedder_refuses": (
        "The embedding service answered with status {status}. Check its address, model and key.",
        "嵌入服务返回了状态 {status}。检查它的地址、模型和密钥。",
    ),
    "embedder_sees_nothing": (
        "The embedding model {name} takes no pictures, so one cannot search with a picture. Choose "
        "one that does, such as a CLIP model or Qwen3-VL-Embedding, or search with words.",
        "嵌入模型 {name} 不能处理图片，因此不能以图搜索。"
        "换用可以的模型，例如 CLIP 或 Qwen3-VL-Embedding，或者用文字检索。",
    ),
    "embedder_unreachable": (
        "The embedding service cannot be reached. Check its address and that it runs.",
        "连接不上嵌入服务。检查它的地址，并确认它在运行。",
    ),
    "index_damaged": (
        "The index file {file} is damaged. It is built again from the database.",
        "索引文件 {file} 已损坏。会从数据库重新建立。",
    ),
    "index_missing": (
        "There is no index file {file} yet. It is built from the database.",
        "还没有索引文件 {file}。会从数据库建立。",
    ),
    "index_of_another_model": (
        "The index belongs to the embedding model {found}, not to {expected}. Build it again.",
        "索引属于嵌入模型 {found}，不是 {expected}。重新建立索引。",
    ),
    "index_opening": (
        "The vector index is still being opened or built. Until then the keyword search answers; "
        "try again in a moment.",
        "向量索引正在打开或建立。完成之前按关键词检索，稍后再试。",
    ),
    "reranker_folder_missing": (
        "There is no reranking model {name}: its folder has no config.json. Choose the folder of a "
        "cross-encoder.",
        "没有重排模型 {name}：文件夹里没有 config.json。选择 cross-encoder 模型的文件夹。",
    ),
    "reranker_not_loadable": (
        "{name} cannot be loaded as a reranking model with one score; the log says why. Choose a "
        "cross-encoder.",
        "{name} 不能作为给出单一分数的重排模型加载，原因见日志。选择 cross-encoder 模型。",
    ),
    "vectors_double_id": (
        "The same id occurs twice among the vectors. Each passage has one vector.",
        "向量中有重复的编号。每个片段只能有一个向量。",
    ),
    "vectors_not_unit": (
        "A vector has not the length 1, or holds what is no number. Normalise vectors first.",
        "有的向量长度不是 1，或含有非数值。先把向量归一化。",
    ),
    "vectors_wrong_count": (
        "{given} topics came with {expected} vectors. Each vector has one topic.",
        "给了 {given} 个主题和 {expected} 个向量。每个向量对应一个主题。",
    ),
    "vectors_wrong_shape": (
        "The vectors have the shape {given}; the index takes {expected}. Embed with the model of "
        "the index.",
        "向量的形状是 {given}，索引要求 {expected}。用索引对应的模型计算向量。",
    ),
}
