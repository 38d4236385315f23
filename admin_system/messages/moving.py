"""The rows of one database into another: how it went, and why it could not be done."""

SENTENCES: dict[str, tuple[str, str]] = {
    "move_counts_differ": (
        "Nothing was changed: of {expected} rows of {table}, {count} arrived. Was the service "
        "running? Stop it and try again.",
        "没有改动任何数据：{table} 的 {expected} 行中到达了 {count} 行。"
        "服务是否还在运行？停止后再试。",
    ),
    "move_done": (
        "Moved: {rows} rows. Counts and search results are the same in both databases.",
        "已搬迁 {rows} 行。两个数据库的行数和检索结果一致。",
    ),
    "move_files_differ": (
        "{name} arrived as something else. Try again; if it happens again, the storage is at "
        "fault.",
        "{name} 到达后内容不同。再试一次；仍然如此则是存储有问题。",
    ),
    "move_files_done": (
        "Copied: {files} files, {size} MiB; {there} were there already. Each was compared. What "
        "they were copied from stays as it was.",
        "已复制 {files} 个文件，{size} MiB；{there} 个原已存在。逐个比对一致，来源保持不变。",
    ),
    "move_files_same": (
        "Both are the same place. Set QWEN_VL_FILES to the new one, and name the former.",
        "两处相同。把 QWEN_VL_FILES 设为新的位置，命令里写原来的位置。",
    ),
    "move_migration_failed": (
        "Nothing was changed: the SQLite database could not be made or brought to this version. "
        "{reason}",
        "没有改动任何数据：SQLite 数据库无法建立或升级到当前版本。{reason}",
    ),
    "move_needs_postgres": (
        "Set QWEN_VL_DATABASE_URL to the PostgreSQL database that the rows shall go to.",
        "把 QWEN_VL_DATABASE_URL 设为要搬入的 PostgreSQL 数据库。",
    ),
    "move_other_version": (
        "Nothing was changed: the tables of {path} are not those of this version. Run manage.py "
        "migrate on both databases first.",
        "没有改动任何数据：{path} 的表与当前版本不同。先对两个数据库运行 manage.py migrate。",
    ),
    "move_searches_differ": (
        "Nothing was changed: both databases do not find the same for: {query}. Run manage.py "
        "rebuild_index on the old one and try again.",
        "没有改动任何数据：两个数据库的检索结果不同：{query}。"
        "在旧数据库上运行 manage.py rebuild_index 后再试。",
    ),
    "move_service_runs": (
        "Nothing was changed: other processes of the service use the database ({processes}). Stop "
        "them first.",
        "没有改动任何数据：服务的其他进程正在使用数据库（{processes}）。先停止它们。",
    ),
    "move_source_missing": (
        "There is no file {path}.",
        "没有文件 {path}。",
    ),
    "move_table": ("{table}: {rows} rows", "{table}：{rows} 行"),
    "move_target_not_empty": (
        "Nothing was changed: the PostgreSQL database already holds users or documents. With "
        "--replace they go.",
        "没有改动任何数据：PostgreSQL 数据库里已有用户或文档。加上 --replace 会替换它们。",
    ),
}
