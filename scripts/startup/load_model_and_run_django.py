"""The former way to load the model and serve the site in one process: `start_service.py --all`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.startup.main import main

if __name__ == "__main__":
    sys.exit(main(["--all", *sys.argv[1:]]))
