"""Topics, documents and passages that callers ask for, send or change."""

SENTENCES: dict[str, tuple[str, str]] = {
    "document_deed_impossible": (
        'The document is "{state}". To {deed} it is possible while it is {allowed}.',
        "文档的状态是 {state}。只有在状态为 {allowed} 时才能 {deed}。",
    ),
    "document_file_gone": (
        "The file of this document is not kept any more. Upload it again.",
        "这篇文档的文件已不在。重新上传。",
    ),
    "document_not_found": (
        "There is no document {id}. GET /api/documents lists them.",
        "没有文档 {id}。GET /api/documents 会列出文档。",
    ),
    "embedding_model_not_found": (
        "There is no embedding model {model} here. The one in use is {current}.",
        "这里没有嵌入模型 {model}。现在使用的是 {current}。",
    ),
    "field_is_tokens": (
        "{param} holds numbers of tokens, which mean something to one tokenizer only. Send text.",
        "{param} 是 token 编号，只对某一个分词器有意义。发送文本。",
    ),
    "file_missing": (
        "The form has no file. Send one or several as file.",
        "表单里没有文件。以 file 为名发送一个或多个文件。",
    ),
    "files_too_many": (
        "The form has too many files. Send fewer, or pack them into a ZIP archive.",
        "表单里文件太多。分批发送，或打包成 ZIP。",
    ),
    "index_unreachable": (
        "The index of the knowledge base cannot be read. Your administrator can find the reason in "
        "the log.",
        "无法读取知识库的索引。管理员可以在日志里查到原因。",
    ),
    "job_ended": (
        "The work {id} has ended already; nothing is left to call off.",
        "任务 {id} 已经结束，没有可以取消的了。",
    ),
    "job_not_found": (
        "There is no work {id}. Work that ended a week ago is forgotten. GET /api/jobs lists the "
        "rest.",
        "没有任务 {id}。结束一周以上的任务不再保留。GET /api/jobs 会列出其余任务。",
    ),
    "passage_not_found": (
        "There is no passage {id}. It may have gone with a newer version of its document.",
        "没有片段 {id}。它可能已随文档的新版本消失。",
    ),
    "passage_picture_not_found": (
        "The passage has no picture {picture}. GET /api/passages/{id} lists its pictures.",
        "这个片段没有图片 {picture}。GET /api/passages/{id} 会列出它的图片。",
    ),
    "question_set_empty": (
        "The question set {name} has no questions yet. Add some from the retrieval test, or upload "
        "a file of questions.",
        "问题集 {name} 里还没有问题。从检索测试里添加，或上传问题文件。",
    ),
    "question_set_name_taken": (
        "There is a question set named {name} already. Choose another name, or remove that one "
        "first.",
        "已有名为 {name} 的问题集。换一个名字，或者先删除那一个。",
    ),
    "question_set_not_found": (
        "There is no question set {id}. GET /api/question-sets lists them.",
        "没有问题集 {id}。GET /api/question-sets 会列出问题集。",
    ),
    "title_for_several": (
        "A title is for one document, and these files may become several. Leave {param} out: each "
        "is called as its file.",
        "标题只用于一篇文档，而这些文件会成为多篇。去掉 {param}，每篇以文件名为标题。",
    ),
    "topic_forbidden": (
        "This key may not use the topic {topic}. GET /api/topics lists those that it may use.",
        "这个密钥不能使用主题 {topic}。GET /api/topics 会列出可以使用的主题。",
    ),
    "all_topics_needed": (
        "This concerns the whole library, and this key is bound to certain topics. Use a key for "
        "all topics.",
        "这涉及整个知识库，而这个密钥只限于某些主题。换用不限主题的密钥。",
    ),
    "topic_making_forbidden": (
        "This key is bound to certain topics and can make no new ones. Use a key for all topics.",
        "这个密钥只限于某些主题，不能新建主题。换用不限主题的密钥。",
    ),
    "topic_not_found": (
        "There is no topic {topic}. GET /api/topics lists them.",
        "没有主题 {topic}。GET /api/topics 会列出主题。",
    ),
    "topic_number_not_found": (
        "There is no topic with the number {id}. GET /api/topics lists them.",
        "没有编号为 {id} 的主题。GET /api/topics 会列出主题。",
    ),
}
