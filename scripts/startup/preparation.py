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
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        _make_administrator()
        if chosen.model is not None:
            call_command("use_model", chosen.model)
        if chosen.engine is not None:
            call_command("use_engine", chosen.engine, name=ENGINE)
    except (CommandError, SettingsFault) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


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
