"""What to start, asked in a terminal: behind a double click, and behind `scripts/start.sh`.

With arguments nothing is asked: they are those of `start_service.py`. Needs the standard library
only, and runs before there is an environment.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from scripts.startup.console import accept_any_character, languages, say  # noqa: E402

START = "start_service.py"
CHOICES: dict[str, tuple[str, str, list[str]]] = {
    "1": ("全部：网站与模型", "Everything: site and model", [START, "--all"]),
    "2": ("只启动管理后台（8000）", "The admin only (8000)", [START, "--django"]),
    "3": ("只启动接口（8001）", "The API only (8001)", [START, "--gpu"]),
    "4": ("运行测试", "Run the tests", ["scripts/run_tests.py"]),
    "5": ("监控运行中的服务", "Watch the running service", ["monitor_service.py"]),
}
"""Key -> Chinese, English, and the script with its arguments."""
QUIT = "6"


def main() -> int:
    accept_any_character()
    given = sys.argv[1:]
    if given:
        return run([START, *given])
    return ask()


def ask() -> int:
    """Until something was chosen; the end of the input is a wish to quit."""
    say("Qwen-VL 图像问答服务", "Qwen-VL as a service")
    for key, (chinese, english, _) in CHOICES.items():
        say(f"  {key}  {chinese}", f"  {key}  {english}")
    say(f"  {QUIT}  退出", f"  {QUIT}  Quit")
    while True:
        try:
            chosen = input("Choose 1-6: " if languages() == ("en",) else "请选择 1-6：").strip()
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        if chosen == QUIT:
            return 0
        if chosen in CHOICES:
            return run(CHOICES[chosen][2])
        say(
            f"没有“{chosen[:20]}”这一项，输入 1 到 6。",
            f'There is no "{chosen[:20]}"; type 1 to 6.',
        )


def run(words: list[str]) -> int:
    """The script's exit code; Ctrl+C is the script's affair."""
    script, *arguments = words
    child = subprocess.Popen([sys.executable, str(ROOT / script), *arguments], cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main())
