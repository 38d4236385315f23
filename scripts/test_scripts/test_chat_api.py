"""Chats with a running service: whole, streamed, and with a picture.

python scripts/test_scripts/test_chat_api.py --url http://127.0.0.1:8000 --key qvl_...
"""

import sys

from service import Service, painted_circle, require, run, say

PATH = "/api/v1/chat/completions"


def trial(service: Service) -> None:
    question = {"messages": [{"role": "user", "content": "你好，你是谁？"}], "max_tokens": 64}
    answer = service.ask(PATH, question)
    text = answer["choices"][0]["message"]["content"]
    require(text, "the answer is empty")
    say(f"whole: {text[:80]!r}, {answer['usage']['completion_tokens']} tokens")

    events = service.stream(PATH, question)
    pieces = [event["choices"][0]["delta"].get("content") or "" for event in events]
    require("".join(pieces), "the stream is empty")
    say(f"streamed: {len(events)} events")

    parts = [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{painted_circle()}"}},
        {"type": "text", "text": "图里有什么？"},
    ]
    seen = service.ask(PATH, {"messages": [{"role": "user", "content": parts}], "max_tokens": 64})
    text = seen["choices"][0]["message"]["content"]
    require(text, "the answer about the picture is empty")
    say(f"picture: {text[:80]!r}")


if __name__ == "__main__":
    sys.exit(run("Chats with a running service.", trial))
