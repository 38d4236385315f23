"""What a check of the library finds, and what is made anew."""

SENTENCES: dict[str, tuple[str, str]] = {
    "check_call_repair": (
        "Something is wrong. `manage.py check_index --repair` puts right what can be.",
        "有问题。用 `manage.py check_index --repair` 修复。",
    ),
    "check_database_damaged": (
        "The database itself is damaged ({faults}). Stop the service and restore a backup.",
        "数据库本身已损坏（{faults}）。停止服务并恢复备份。",
    ),
    "check_documents_lost": (
        "{documents} documents are not ready, and no job works on them.",
        "有 {documents} 篇文档尚未就绪，也没有任务在处理。",
    ),
    "check_drafts_left": (
        "{passages} passages of interrupted work are of no use any more.",
        "有 {passages} 个片段是中断的工作留下的，已无用处。",
    ),
    "check_files_missing": (
        "The stored files of {documents} documents are missing or damaged; they are found still, "
        "but cannot be read again. Upload them again: {names}",
        "有 {documents} 篇文档的原文件缺失或损坏；仍可检索，但不能重新读取。重新上传：{names}",
    ),
    "check_files_unneeded": (
        "{files} stored files ({megabytes} MB) belong to no document.",
        "有 {files} 个存储的文件（{megabytes} MB）不属于任何文档。",
    ),
    "check_pictures_unneeded": (
        "{files} kept pictures ({megabytes} MB) belong to no analysis, conversation or set.",
        "有 {files} 张保存的图片（{megabytes} MB）不属于任何分析、对话或图片集。",
    ),
    "check_finding": ("{told} {verdict}", "{told}{verdict}"),
    "check_index_differs": (
        "The index file {file} differs from the database: {lacking} passages lack, {foreign} do "
        "not belong there, {changed} are others.",
        "索引文件 {file} 与数据库不一致：缺 {lacking} 个片段，多 {foreign} 个，"
        "{changed} 个内容不同。",
    ),
    "check_index_outdated": (
        "The index file {file} is of another time than the database, such as a restored one.",
        "索引文件 {file} 与数据库的时间不符，例如数据库是恢复的备份。",
    ),
    "check_jobs_wait": (
        "{jobs} jobs wait for the server or `manage.py run_jobs`.",
        "有 {jobs} 个任务在等服务器或 `manage.py run_jobs` 处理。",
    ),
    "check_keywords_damaged": (
        "The keyword index is damaged, or counts words that are no more.",
        "关键词索引已损坏，或者统计了已不存在的词。",
    ),
    "check_keywords_differ": (
        "The keyword index differs from the database: {lacking} passages lack, {foreign} do not "
        "belong there.",
        "关键词索引与数据库不一致：缺 {lacking} 个片段，多 {foreign} 个。",
    ),
    "check_keywords_outdated": (
        "The keyword index was made by another version of the word cutter.",
        "关键词索引是由另一版本的分词生成的。",
    ),
    "check_left": ("(left as it is)", "（未处理）"),
    "check_not_well": (
        "What is left has to be put right by hand, as said above.",
        "剩下的问题需要按上面的提示手动处理。",
    ),
    "check_pictures_missing": (
        "{pictures} pictures of documents are missing or damaged; reading the documents again "
        "brings them back.",
        "文档里的 {pictures} 张图片缺失或损坏，重新读取文档即可恢复。",
    ),
    "check_repaired": ("(repaired)", "（已修复）"),
    "check_vectors_differ": (
        "What pgvector searches differs from the stored vectors: {lacking} lack, {changed} are "
        "others.",
        "pgvector 检索的内容与存储的向量不一致：缺 {lacking} 个，{changed} 个内容不同。",
    ),
    "check_vectors_lacking": (
        "{passages} passages have no vector of the embedding model in use.",
        "有 {passages} 个片段没有当前嵌入模型的向量。",
    ),
    "check_vectors_unused": (
        "{vectors} vectors of the embedding model {name}, which is not in use, take up space.",
        "未使用的嵌入模型 {name} 的 {vectors} 个向量占着空间。",
    ),
    "check_vectors_wrong": (
        "{passages} passages have damaged vectors.",
        "有 {passages} 个片段的向量已损坏。",
    ),
    "check_well": (
        "All is well: {documents} documents, {passages} passages; repaired: {repaired}.",
        "一切正常：{documents} 篇文档，{passages} 个片段；修复：{repaired} 项。",
    ),
    "rebuilt_keywords": (
        "The keyword index holds {passages} passages.",
        "关键词索引有 {passages} 个片段。",
    ),
    "rebuilt_vectors": (
        "The vector index holds {passages} passages.",
        "向量索引有 {passages} 个片段。",
    ),
}
