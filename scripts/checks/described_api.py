"""Asks a service of its own what its OpenAPI document allows, and much that it does not.

    python scripts/checks/described_api.py [--seconds 300] [--examples 30] [--seed 1]
        [--openai openapi.json]

Needs scripts/optional/requirements-schemathesis.txt. schemathesis makes the requests, of every
address but those that end the service, open other models or ask the network; at least 2,000 of
them. No answer may be a fault of ours, and each must have a status, a type and a shape that the
document tells. Ends with 1 where one does not.
With OpenAI's published document (`openai_document.py`) its chat, models and embeddings are asked
for instead, and answers have the shapes that stand there.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import set_up
from scripts.checks.openai_document import reduce_document
from scripts.checks.service_on_trial import ServiceOnTrial

LEFT_OUT = "^/api/service/(load|reload|unload|cancel|downloads)|^/api/embedding-models"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
LEAST = 2000


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--examples", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--openai", metavar="FILE", type=Path, help="the document asked by")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        with ServiceOnTrial(Path(folder)) as service:
            if options.openai is None:
                return ask(f"{service.url}/api/openapi.json", service.url, folder, options)
            document = reduce_document(json.loads(options.openai.read_text("utf-8")))
            file = Path(folder) / "openai.json"
            file.write_text(json.dumps(document), "utf-8")
            return ask(str(file), f"{service.url}/api/v1", folder, options)


def ask(document: str, url: str, folder: str, options: argparse.Namespace) -> int:
    words = {
        "--url": url,
        "--max-examples": options.examples,
        "--phases": "fuzzing,coverage",
        "--workers": 2,
        "--seed": options.seed,
        "--max-time": options.seconds,
        "--request-timeout": 60,
        "--exclude-path-regex": LEFT_OUT,
        "--checks": ",".join(CHECKS),
    }
    run = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"
    arguments = [str(word) for pair in words.items() for word in pair]
    done = subprocess.run(
        [sys.executable, "-c", run, "run", document, *arguments,
         "--continue-on-failure", "--no-color"],
        cwd=folder,  # schemathesis keeps what failed where it runs
        capture_output=True,
        encoding="utf-8",
    )  # fmt: skip
    print(done.stdout, done.stderr)
    found = re.search(r"(\d+) generated", done.stdout)
    asked = int(found[1]) if found else 0
    print(f"{asked} requests; schemathesis ended with {done.returncode}")
    return 0 if done.returncode == 0 and asked >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
