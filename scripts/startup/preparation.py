"""Readies the site inside its environment: database, static files, administrator, model.

Run as `python -m scripts.startup.preparation [--model NAME|FOLDER] [--engine URL]`; one Django
process for all of it.
"""

from __future__ import annotations

import argparse
import os
import sys

from scripts.startup.console import accept_any_character, say
from scripts.startup.modes import ENGINE


def main() -> int:
    accept_any_character()
    parser = argparse.ArgumentParser()
    parser.add_argument("--model")
    parser.add_argument("--engine")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.minimal_settings")
    import django
    from django.core.management import CommandError, call_command

    from admin_system.env import SettingsFault

    try:
        django.setup()
        _back_up_before_upgrade()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        _make_administrator()
        warn_of_the_open_door()
        if chosen.model is not None:
            call_command("use_model", chosen.model)
        if chosen.engine is not None:
            call_command("use_engine", chosen.engine, name=ENGINE)
    except (CommandError, SettingsFault) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


def warn_of_the_open_door() -> None:
    """Loudly, since nothing else of the service shows it."""
    from admin_system.env import get_env

    if get_env().access == "open":
        say(
            "警告：QWEN_VL_ACCESS=open，任何能连到这台电脑的人都无需密钥即可使用。",
            "WARNING: QWEN_VL_ACCESS=open, whoever reaches this computer is served without a key.",
        )


def _back_up_before_upgrade() -> None:
    """Where the database is older than the program, which is about to change it."""
    from datetime import datetime

    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from admin_system.env import get_env
    from admin_system.file_places import find_bucket
    from admin_system.version import VERSION

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not executor.loader.applied_migrations or not waiting or connection.vendor != "sqlite":
        return
    name = f"before-{VERSION}-{datetime.now():%Y%m%d-%H%M%S}.zip"
    target = get_env().data_dir / "backups" / name
    say("正在备份，然后升级数据库……", "Making a backup, then upgrading the database …")
    # An upgrade leaves objects in a bucket as they are, and they may be too many for this disk.
    in_bucket = find_bucket(get_env()) is not None
    call_command("backup", target, with_secrets=True, without_files=in_bucket)
    target.chmod(0o600)
    say(
        f"升级不成功时可恢复：manage.py restore {target} --replace",
        f"To go back: manage.py restore {target} --replace",
    )


def _make_administrator() -> None:
    """Prints the new administrator's name and password where nobody overlooks them."""
    from io import StringIO

    from django.contrib.auth.models import User
    from django.core.management import call_command

    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return
    said = StringIO()
    call_command("create_admin", stdout=said)
    line = "=" * 64
    print(line)
    say("管理员账号，密码只显示这一次，请立即保存：", "The administrator; keep the password now:")
    print(said.getvalue().rstrip())
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
