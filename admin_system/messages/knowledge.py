"""Documents that cannot be read, and what was left out of those that were."""

SENTENCES: dict[str, tuple[str, str]] = {
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
    "document_is_archive": (
        "This is a ZIP archive. Upload it as an archive: each file in it becomes a document.",
        "这是 ZIP 压缩包。按压缩包上传，其中每个文件会成为一篇文档。",
    ),
    "document_memory": (
        "Reading the file needs more than {limit} MB of memory. Split it into smaller files.",
        "读取此文件需要的内存超过 {limit} MB。把它拆成几个小文件。",
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
    "job_attempts_used_up": (
        "The work on it was interrupted {attempts} times and has been given up. See the log, then "
        "try again.",
        "处理被中断了 {attempts} 次，已放弃。查看日志后再重试。",
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
        "请指明嵌入模型：bundled、一个文件夹，或以 /v1 结尾的地址。",
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
