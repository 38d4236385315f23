"""Runs every check of the project: form, types, import directions, templates, migrations, tests.

python scripts/run_tests.py                  everything; further words go to pytest
python scripts/run_tests.py --system         also installs the Debian packages tests need
python scripts/run_tests.py --no-skips       a skipped test fails the run
python scripts/run_tests.py --coverage       also counts which lines ran
python scripts/run_tests.py --postgres --redis   the tests on a PostgreSQL and a Redis of their own
python scripts/run_tests.py --only pytest -k boxes
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.startup.console import StartFailed, accept_any_character, say
from scripts.startup.environment import TESTS, prepare_environment
from scripts.startup.packages import Source
from scripts.testing.checks import CHECKS, SERVERS, run_checks
from scripts.testing.debian import install_system_packages


def main() -> int:
    accept_any_character()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--system", action="store_true", help="install Debian packages (root)")
    parser.add_argument("--no-skips", action="store_true", help="a skipped test fails the run")
    parser.add_argument("--coverage", action="store_true", help="count which lines ran")
    parser.add_argument(
        "--postgres", action="store_true", help="tests keep their rows in PostgreSQL"
    )
    parser.add_argument(
        "--redis", action="store_true", help="servers under test share their counts in Redis"
    )
    parser.add_argument("--only", action="append", choices=CHECKS, help="this check; repeatable")
    parser.add_argument("--offline", metavar="DIR", type=Path, help="install from these wheels")
    chosen, for_pytest = parser.parse_known_args()
    try:
        if chosen.system:
            install_system_packages()
        python = prepare_environment(TESTS, Source(chosen.offline and chosen.offline.resolve()))
    except StartFailed as failure:
        say(failure.zh, failure.en)
        return 1
    return run_checks(
        python,
        chosen.only or list(CHECKS),
        for_pytest,
        no_skips=chosen.no_skips,
        coverage=chosen.coverage,
        servers=[name for name in SERVERS if getattr(chosen, name)],
    )


if __name__ == "__main__":
    sys.exit(main())
