"""What is said of topics, of measuring the search, and by the knowledge base when it answers."""

SENTENCES: dict[str, tuple[str, str]] = {
    "answer_extract": (
        "The documents say:",
        "文档中的相关内容：",
    ),
    "answer_not_in_documents": (
        "The documents do not say anything about this.",
        "文档中没有找到相关内容。",
    ),
    "evaluation_answered": (
        "Answered: {share:.1%} of the set's own questions reach the score {score}.",
        "可回答：本集问题中有 {share:.1%} 达到分数 {score}。",
    ),
    "evaluation_fell": (
        "{figure} is {value:.4f}, below {least:.4f}.",
        "{figure} 为 {value:.4f}，低于 {least:.4f}。",
    ),
    "evaluation_refused": (
        "Refused: {share:.1%} of {questions} questions that the topic cannot answer.",
        "拒答：{questions} 个此主题答不了的问题中有 {share:.1%} 被拒答。",
    ),
    "knowledge_asks_nothing": (
        "The last message asks nothing. With knowledge_base it is a question of the role user, "
        "in words.",
        "最后一条消息没有提问。使用 knowledge_base 时，它应是 user 角色的文字问题。",
    ),
    "on_chapter": (" (chapter {pages})", "（第 {pages} 章）"),
    "on_page": (" (page {pages})", "（第 {pages} 页）"),
    "on_sheet": (" (sheet {pages})", "（第 {pages} 个工作表）"),
    "on_slide": (" (slide {pages})", "（第 {pages} 张幻灯片）"),
    "question_set_unreadable": (
        "{file} is not a set of questions. It is JSON in SQuAD's layout, or a list of objects "
        "with passage and question.",
        "{file} 不是问题集。应为 SQuAD 格式的 JSON，或由含 passage 和 question 的对象组成的列表。",
    ),
    "stage_asking_questions": ("Asking the questions", "正在提问"),
    "topic_holds_nothing": (
        "The topic {topic} holds no passage that can be found. Add documents and wait until they "
        "are ready.",
        "主题 {topic} 里没有可检索的片段。添加文档，等它们就绪。",
    ),
    "topic_missing": (
        "There is no topic {topic}.",
        "没有主题 {topic}。",
    ),
}
