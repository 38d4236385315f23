"""`start_service.py` in the environment that runs this already: nothing is installed first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.startup.main import main
from scripts.startup.supervisor import Patience

LONGEST_PAUSE = "LONGEST_PAUSE"
"""Environment variable: seconds before a server is started again, where a check has no time."""

if __name__ == "__main__":
    longest = float(os.environ.get(LONGEST_PAUSE, Patience().longest_pause))
    sys.exit(
        main(
            sys.argv[1:],
            prepare=lambda requirements, source: Path(sys.executable),
            patience=Patience(longest_pause=longest),
        )
    )
