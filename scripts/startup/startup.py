"""The former name of `start_service.py`: the same options, the same service."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.startup.main import main

if __name__ == "__main__":
    sys.exit(main())
