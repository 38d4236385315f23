"""Sends a picture with a red circle to a running service and looks at the box that comes back.

python scripts/test_scripts/test_analyze_api.py --url http://127.0.0.1:8000 --key qvl_...
"""

import sys

from service import CIRCLE, Service, overlap, painted_circle, require, run, say


def trial(service: Service) -> None:
    body = {"image_base64": painted_circle(), "query": "框出红色圆形", "detect": True}
    answer = service.ask("/api/analyze", body)
    say(f"answer: {answer['result'][:80]!r} in {answer['processing_time']}")
    require(answer["boxes"], "no box was found")
    best = max(answer["boxes"], key=lambda found: overlap(found["box"]))
    say(f"box {best['box']}, true {list(CIRCLE)}: overlap {overlap(best['box']):.2f}")
    require(overlap(best["box"]) >= 0.5, "the box is in the wrong place")


if __name__ == "__main__":
    sys.exit(run("Looks for a red circle.", trial))
