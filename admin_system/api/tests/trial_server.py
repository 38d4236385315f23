"""A real server in which faults of the machine can be made: `python -m … PORT FOLDER`.

A file in the folder asks for one: `lose-gpu` has NVML say that the card is lost for as long as the
file is there; `clock` holds the seconds by which the wall clock is wrong; `kill-engine` raises
SystemExit in the engine's thread, and is removed then.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml
from django.utils import timezone

from scripts.startup import serve

LOSE_GPU, KILL_ENGINE, CLOCK = "lose-gpu", "kill-engine", "clock"
CARD = "Trial Card"


def main(port: int, folder: Path) -> None:
    pretend_card(folder / LOSE_GPU)
    let_clock_jump(folder / CLOCK)
    threading.Thread(target=obey, args=[folder / KILL_ENGINE], daemon=True).start()
    serve.main("127.0.0.1", port)


def pretend_card(lost: Path) -> None:
    def find(index: int) -> int:
        if lost.exists():
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)
        return index

    answers: dict[str, Any] = {
        "nvmlInit": lambda: None,
        "nvmlDeviceGetCount": lambda: 1,
        "nvmlDeviceGetHandleByIndex": find,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(used=3, total=10),
        "nvmlDeviceGetName": lambda handle: CARD,
        "nvmlDeviceGetUtilizationRates": lambda handle: SimpleNamespace(gpu=42),
        "nvmlDeviceGetTemperature": lambda handle, sensor: 61,
        "nvmlDeviceGetPowerUsage": lambda handle: 90_000,
    }
    for name, answer in answers.items():
        setattr(pynvml, name, answer)


def let_clock_jump(jump: Path) -> None:
    """The wall clock as Python and Django tell it; the monotonic one goes on."""
    right, right_now = time.time, timezone.now

    def seconds() -> float:
        try:
            return float(jump.read_text("ascii") or 0)
        except FileNotFoundError:
            return 0.0

    time.time = lambda: right() + seconds()
    timezone.now = lambda: right_now() + timedelta(seconds=seconds())


def obey(kill: Path) -> None:
    while True:
        time.sleep(0.02)
        if kill.exists():
            kill.unlink()
            for thread in threading.enumerate():
                if thread.name == "engine" and thread.ident is not None:
                    # Comes with the next bytecode of that thread.
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit)
                    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
