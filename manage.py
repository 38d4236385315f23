"""Django's command line for this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "admin_system.settings")
    from django.core.management import execute_from_command_line

    from admin_system.env import SettingsFault

    try:
        execute_from_command_line(sys.argv)
    except SettingsFault as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
