"""Backups: what they hold, and why one could not be written or put back."""

SENTENCES: dict[str, tuple[str, str]] = {
    "backup_damaged": (
        "The file {file} in the backup is damaged. Nothing was changed; take another backup.",
        "备份里的文件 {file} 已损坏。没有改动任何数据，换一份备份。",
    ),
    "backup_of_other_version": (
        "The backup was written by version {version} and cannot be read by this one. Install that "
        "version, or a newer one.",
        "备份由版本 {version} 写成，当前版本读不了。安装那个版本或更新的版本。",
    ),
    "backup_restored": (
        "Restored: {files} files, as of {moment}. Start the service now.",
        "已恢复 {files} 个文件，时间点 {moment}。现在可以启动服务。",
    ),
    "backup_target_exists": (
        "The file {path} exists already. Choose another name.",
        "文件 {path} 已存在。换一个名字。",
    ),
    "backup_unreadable": (
        "{path} is no backup of this service, or it is cut off.",
        "{path} 不是本服务的备份，或者文件不完整。",
    ),
    "backup_written": (
        "Written: {path} ({files} files, {size} MB).",
        "已写入：{path}（{files} 个文件，{size} MB）。",
    ),
    "restore_server_runs": (
        "The service runs on this data (process {pid}). Stop it first.",
        "服务正在使用这些数据（进程 {pid}）。先停止它。",
    ),
    "restore_target_occupied": (
        "There are data already. With --replace they are moved to before-restore in the folder "
        "{path} and the backup takes their place.",
        "已有数据。加 --replace 会把它们移到文件夹 {path} 里的 before-restore，再放入备份。",
    ),
}
