"""Starts the whole service with one command; needs nothing but Python 3.11 or newer."""

import sys

# Nothing in this file is newer than Python 3.0, so that an old one reaches this line.
if sys.version_info < (3, 11):
    sys.exit(
        "需要 Python 3.11 或更高版本, 当前是 %d.%d, 下载: https://www.python.org/downloads/\n"
        "Python 3.11 or newer is needed, this is %d.%d: https://www.python.org/downloads/"
        % (sys.version_info[:2] * 2)
    )

from scripts.startup.main import main

if __name__ == "__main__":
    sys.exit(main())
