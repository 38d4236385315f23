"""Waits until a running service is ready, and says what it runs.

python scripts/test_scripts/check_model_status.py --url http://127.0.0.1:8000
"""

import sys

from service import Service, require, run, say


def trial(service: Service) -> None:
    service.ask("/readyz")
    status = service.ask("/api/status")
    say(f"status {status['status']}, version {status['version']}")
    model = status.get("model")
    if model is None:
        say("without a key only this is told")
        return
    require(model["state"] == "ready", f"the model is {model['state']}")
    say(
        f"model {model['name']} ({model['family']}, {model['quantization']}) on {model['device']}"
        + (": the demonstration model" if model["demo"] else "")
    )


if __name__ == "__main__":
    sys.exit(run("Waits for the model and says what runs.", trial))
