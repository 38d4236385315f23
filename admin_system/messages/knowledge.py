"""Documents that cannot be read, and what was left out of those that were."""

SENTENCES: dict[str, tuple[str, str]] = {
    "document_archive_inside": (
        "This ZIP archive lies inside another one. Unpack the outer one and upload this one by "
        "itself.",
        "这个 ZIP 压缩包在另一个压缩包里。先解开外层，再单独上传它。",
    ),
    "document_changed_meanwhile": (
        "Somebody else has changed the document since you opened it. Look at it again, then make "
        "your change.",
        "打开之后，别人修改了这篇文档。重新查看后再修改。",
    ),
    "document_bytes_missing": (
        "The stored file of this document is missing from the data folder. Upload it again.",
        "数据文件夹里缺少这篇文档的原文件。重新上传。",
    ),
    "document_damaged": (
        "The {format} file is damaged and cannot be read. Open it in the program that made it, "
        "save it again and upload that file.",
        "{format} 文件已损坏，无法读取。用制作它的程序打开，另存一份后重新上传。",
    ),
    "document_empty": (
        "The file is empty. Upload the file with its content.",
        "文件是空的。上传有内容的文件。",
    ),
    "document_gone": (
        "The document is there no more.",
        "文档已不存在。",
    ),
    "document_is_archive": (
        "This is a ZIP archive, but its name does not say so. Rename it to .zip and upload it "
        "again: each file in it becomes a document.",
        "这是 ZIP 压缩包，名字却没有写明。"
        "把扩展名改为 .zip 后重新上传，其中每个文件会成为一篇文档。",
    ),
    "document_link_outside": (
        "This is a link that leads out of the folder, so it was not followed. Put the file itself "
        "into the folder.",
        "这是指向文件夹之外的链接，没有读取。把文件本身放进文件夹。",
    ),
    "document_memory": (
        "Reading the file needs more than {limit} MB of memory. Split it into smaller files.",
        "读取此文件需要的内存超过 {limit} MB。把它拆成几个小文件。",
    ),
    "document_name_taken": (
        "The topic has another document named {name}. Choose another name, or remove that document "
        "first.",
        "主题里已有名为 {name} 的文档。换一个名字，或者先删除那一篇。",
    ),
    "document_not_a_table": (
        "Questions and answers are read from CSV or XLSX tables. Upload such a file, or upload "
        "this one as an ordinary document.",
        "问答只能从 CSV 或 XLSX 表格读取。上传这样的文件，或者按普通文档上传。",
    ),
    "document_not_questions": (
        "The table has {columns} columns in use; questions and answers need exactly two. Remove "
        "the other columns, or upload the file as an ordinary document.",
        "表格用到了 {columns} 列，问答需要正好两列。删去多余的列，或者按普通文档上传。",
    ),
    "document_not_text": (
        "Only pasted texts, TXT, Markdown and CSV files can be written here. Change the file in "
        "the program that made it and upload it again; single passages can be changed here.",
        "这里只能修改粘贴的文本、TXT、Markdown 和 CSV 文件。"
        "用制作它的程序修改后重新上传；单个片段可以在这里修改。",
    ),
    "document_of_a_folder": (
        "The document is kept as the folder {folder} has it. Change the file there and import the "
        "folder again.",
        "文档与文件夹 {folder} 保持一致。在那里修改文件，再重新导入文件夹。",
    ),
    "document_nothing_to_read": (
        "The file holds neither text nor pictures that could be found again.",
        "文件里没有可供检索的文字或图片。",
    ),
    "document_old_office": (
        "This is a file of old Office programs (.doc, .xls or .ppt), which is not read. Save it "
        "as DOCX, XLSX or PPTX and upload that file.",
        "这是旧版 Office 的文件（.doc、.xls 或 .ppt），不支持读取。"
        "另存为 DOCX、XLSX 或 PPTX 后上传。",
    ),
    "document_open_document": (
        "This is an OpenDocument file, which is not read. Save it as DOCX, XLSX, PPTX or PDF and "
        "upload that file.",
        "这是 OpenDocument 文件，不支持读取。另存为 DOCX、XLSX、PPTX 或 PDF 后上传。",
    ),
    "document_password": (
        "The file is protected by a password. Save it without the password and upload that file.",
        "文件有密码保护。取消密码另存一份后上传。",
    ),
    "document_picture_too_large": (
        "The picture has more than {limit} pixels. Upload a smaller one.",
        "图片超过 {limit} 像素。上传一张更小的。",
    ),
    "document_pictures_left_out": (
        "{left_out} pictures of the document were left out; {limit} are read.",
        "文档里有 {left_out} 张图片没有读取，最多读取 {limit} 张。",
    ),
    "document_pictures_without_words": (
        "The vision model could say nothing about {pictures} pictures of the document.",
        "视觉模型对文档里的 {pictures} 张图片没有给出任何文字。",
    ),
    "document_reader_crashed": (
        "The file broke the reader, so it is probably damaged. Save it again in the program that "
        "made it and upload that file, or try once more.",
        "文件使读取程序中断，很可能已损坏。用制作它的程序另存一份后重新上传，或者再试一次。",
    ),
    "document_reading_cancelled": (
        "Reading the file was cancelled.",
        "文件的读取已取消。",
    ),
    "document_too_many_bytes": (
        "The file is larger than {limit} MB. Split it into smaller files.",
        "文件超过 {limit} MB。把它拆成几个小文件。",
    ),
    "document_too_many_members": (
        "The file is packed from more than {limit} files. Split it into smaller ones.",
        "文件内部打包了超过 {limit} 个文件。把它拆成几个小文件。",
    ),
    "document_too_many_pages": (
        "The document has more than {limit} pages. Split it into parts.",
        "文档超过 {limit} 页。把它拆成几部分。",
    ),
    "document_too_much_text": (
        "The document has more than {limit} characters of text. Split it into parts.",
        "文档的文字超过 {limit} 个字符。把它拆成几部分。",
    ),
    "document_took_too_long": (
        "Reading the file took longer than {limit} seconds and was stopped. Try again when the "
        "computer is less busy, or split the file into parts.",
        "读取文件超过 {limit} 秒，已停止。等电脑不忙时再试，或者把文件拆成几部分。",
    ),
    "document_truncated": (
        "The file is cut off or damaged: its end is missing. Upload the whole file again.",
        "文件不完整或已损坏，缺少结尾部分。重新上传完整的文件。",
    ),
    "document_unknown_encoding": (
        "The text is in an encoding that could not be told. Save the file as UTF-8 and upload it "
        "again.",
        "认不出文字的编码。把文件另存为 UTF-8 后重新上传。",
    ),
    "document_unknown_format": (
        "This kind of file is not read. These are: {readable}.",
        "不支持这种文件。支持的有：{readable}。",
    ),
    "document_unreadable_file": (
        "The file could not be opened. Check its permissions, and that no other program holds it.",
        "无法打开文件。检查它的权限，并确认没有被别的程序占用。",
    ),
    "document_waits_for_vision": (
        "{pictures} pictures or scanned pages wait for a vision model to read them; all other text "
        "of the document can be found. Load a model other than the demonstration.",
        "有 {pictures} 张图片或扫描页在等视觉模型读取，文档的其他文字已可检索。"
        "加载演示模型以外的模型即可。",
    ),
    "document_wrong_extension": (
        "The name of the file ends in .{extension}, but its content is {format}. If that is "
        "right, rename it to .{right} and upload it again.",
        "文件名以 .{extension} 结尾，内容却是 {format}。如果确实如此，"
        "把扩展名改为 .{right} 后重新上传。",
    ),
    "document_xml_entities": (
        "The file declares XML entities, which can be used for attacks, so it was not read. Save "
        "it again in an office program and upload that file.",
        "文件声明了 XML 实体，可能被用来攻击，因此没有读取。用办公软件另存一份后重新上传。",
    ),
    "document_zip_bomb": (
        "The file would unpack to {megabytes} MB, far more than a document of its size should, so "
        "it was not opened. Split it into smaller files.",
        "文件解压后有 {megabytes} MB，远超同等大小的文档，因此没有打开。把它拆成几个小文件。",
    ),
    "name_with_control_characters": (
        "The name holds characters that cannot be seen. Choose another one.",
        "名字里有看不见的字符。换一个名字。",
    ),
    "name_wrong_length": (
        "The name is empty or longer than {limit} characters. Choose another one.",
        "名字为空，或者超过 {limit} 个字符。换一个名字。",
    ),
    "passage_being_replaced": (
        "The document is being read anew, and its passages will be replaced. Wait until it is "
        "ready, then make your change.",
        "文档正在重新处理，片段即将更换。等它就绪后再修改。",
    ),
    "passage_changed_meanwhile": (
        "The passage has changed since you opened it, or is there no more. Look at it again, then "
        "make your change.",
        "打开之后，片段已被修改或已不存在。重新查看后再修改。",
    ),
    "passage_is_picture": (
        "This passage is a picture, found by how it looks; it has no text of its own. It can be "
        "switched off.",
        "这个片段是一张图片，按画面检索，没有自己的文字。可以停用它。",
    ),
    "passage_wrong_length": (
        "A passage has 1 to {limit} characters. To take it out of the search, switch it off.",
        "片段有 1 到 {limit} 个字符。想让它不被检索到，停用即可。",
    ),
    "topic_gone": (
        "The topic is there no more.",
        "主题已不存在。",
    ),
    "topic_name_taken": (
        "There is already a topic named {name}. Choose another name.",
        "已有名为 {name} 的主题。换一个名字。",
    ),
    "job_attempts_used_up": (
        "The work on it was interrupted {attempts} times and has been given up. See the log, then "
        "try again.",
        "处理被中断了 {attempts} 次，已放弃。查看日志后再重试。",
    ),
    "import_added": ("added: {name}", "新增：{name}"),
    "import_changed": ("changed: {name}", "更新：{name}"),
    "import_failed": ("failed: {name}: {reason}", "失败：{name}：{reason}"),
    "import_folder_empty": (
        "The folder {folder} holds no file, so no document was removed. To remove them all, delete "
        "the topic.",
        "文件夹 {folder} 里没有文件，因此没有删除任何文档。要全部删除，就删除主题。",
    ),
    "import_folder_missing": (
        "There is no folder {folder}.",
        "没有文件夹 {folder}。",
    ),
    "import_kept": ("kept, although its file is gone: {name}", "文件已不在，文档保留：{name}"),
    "import_left_out": ("left out: {name}: {reason}", "未导入：{name}：{reason}"),
    "import_no_folders": (
        "There is no topic folder in {folder}. Make one named for its topic and put files into it.",
        "{folder} 里没有主题文件夹。建一个以主题命名的文件夹，放入文件。",
    ),
    "import_some_failed": (
        "{failed} of {total} documents failed; their reasons stand above.",
        "{total} 篇文档中有 {failed} 篇失败，原因见上。",
    ),
    "import_ready": (
        "{ready} of {total} documents can be searched; {waiting} wait for a vision model.",
        "{total} 篇文档中有 {ready} 篇可以检索，{waiting} 篇在等视觉模型。",
    ),
    "import_removed": ("removed: {name}", "删除：{name}"),
    "import_renamed": ("renamed: {name}", "改名：{name}"),
    "import_topic": (
        "{topic}: {added} added, {changed} changed, {renamed} renamed, {removed} removed, "
        "{unchanged} unchanged, {left_out} left out",
        "{topic}：新增 {added}，更新 {changed}，改名 {renamed}，删除 {removed}，"
        "未变 {unchanged}，未导入 {left_out}",
    ),
    "job_fault": (
        "Something went wrong in the service; the log says what. It is tried again by itself a few "
        "times; after that, try again once the cause is gone.",
        "服务出错，原因见日志。会自动重试几次；仍不成功时，排除原因后手动重试。",
    ),
    "jobs_started": (
        "{workers} workers read, embed and index documents. Ctrl+C stops them.",
        "{workers} 个工作线程开始读取、嵌入和索引文档。按 Ctrl+C 停止。",
    ),
    "jobs_stopped": (
        "Stopped; jobs that are left: {left}. What was begun is gone on from at the next start.",
        "已停止，剩余任务：{left}。做到一半的会在下次启动后继续。",
    ),
    "profile_change_begun": (
        "Everything is embedded with {name}; searches go on with the former model meanwhile.",
        "正在用 {name} 嵌入全部内容，完成之前检索继续使用原来的模型。",
    ),
    "profile_change_cancelled": (
        "The change was called off; the former embedding model stays in use.",
        "更换已取消，继续使用原来的嵌入模型。",
    ),
    "profile_change_left": (
        "Stopped. The server or `manage.py run_jobs` goes on with the change to {name}; until "
        "then the former model is used.",
        "已停止。换成 {name} 的工作由服务器或 `manage.py run_jobs` 继续，完成之前使用原来的模型。",
    ),
    "profile_change_none": (
        "No change of the embedding model is under way.",
        "没有正在进行的嵌入模型更换。",
    ),
    "profile_changed": (
        "Searches use the embedding model {name} now.",
        "检索现在使用嵌入模型 {name}。",
    ),
    "profile_in_use": (
        "{name} is the name of the embedding model that is in use. Give the new one another name.",
        "{name} 是正在使用的嵌入模型的名称。给新模型换一个名称。",
    ),
    "profile_not_named": (
        "Say which embedding model: bundled, a folder, or an address ending in /v1.",
        "指明嵌入模型：bundled、一个文件夹，或以 /v1 结尾的地址。",
    ),
    "profile_progress": (
        "Embedding: {percent} %",
        "嵌入进度：{percent} %",
    ),
    "profile_unchanged": (
        "The embedding model was not changed to {name}; the former one stays in use.",
        "没有换成嵌入模型 {name}，继续使用原来的。",
    ),
}
