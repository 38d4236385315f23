"""Watches a running service; needs the environment that `start_service.py` has made."""

import subprocess
import sys

from scripts.startup.environment import ROOT, venv_python

if __name__ == "__main__":
    if not venv_python().is_file():
        sys.exit(
            "先运行一次 python start_service.py，它会准备好环境。\n"
            "Run python start_service.py once first; it prepares the environment."
        )
    command = [str(venv_python()), "-m", "scripts.monitoring", *sys.argv[1:]]
    try:
        sys.exit(subprocess.run(command, cwd=ROOT).returncode)
    except KeyboardInterrupt:  # the monitor itself has heard it and written its report
        sys.exit(0)
