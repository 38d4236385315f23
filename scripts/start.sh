#!/usr/bin/env bash
# Finds Python 3.11 or newer and asks what to start; with arguments: those of start_service.py.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
check='import sys; sys.exit(sys.version_info < (3, 11))'
for python in "$root/.venv/bin/python" python3 python3.13 python3.12 python3.11 python; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c "$check" 2>/dev/null; then
        exec "$python" "$root/scripts/launchers/menu.py" "$@"
    fi
done
case "${QWEN_VL_LANGUAGE:-${LANG:-}}" in
    en*) echo "Python 3.11 or newer was not found. Debian/Ubuntu: sudo apt install python3 python3-venv" >&2 ;;
    *) echo "没有找到 Python 3.11 或更高版本。Debian/Ubuntu：sudo apt install python3 python3-venv" >&2 ;;
esac
exit 9
