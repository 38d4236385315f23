"""`python -m scripts.monitoring`: what `monitor_service.py` runs inside the environment."""

import sys

from scripts.monitoring.main import main

sys.exit(main())
