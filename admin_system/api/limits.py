"""What one caller may take at once; the deployer's limits stand in `env.py`."""

from __future__ import annotations

MAX_STOP_STRINGS = 16
MAX_CHOICES = 16
"""Answers to one request."""
MAX_TOP_LOGPROBS = 20
MAX_BIASED_TOKENS = 1024
MAX_TOOLS = 128
MAX_PICTURES = 32
"""In one conversation."""
MAX_QUERY_CHARACTERS = 20_000
MAX_LABELS = 50
"""Names to be found in one analysis."""

DEADLINE_SECONDS = 600.0
"""How long one answer may take."""
FIRST_VALUE_SECONDS = 1.0
"""How long a stream waits for its first value before it answers 200: a fault that comes sooner
gets its own status."""
QUEUE_SECONDS = 0.1
"""Silence after which a request that found all places taken is told its place in the queue."""
KEEP_ALIVE_SECONDS = 10.0
"""Silence in a stream after which a comment is sent."""

BODY_GRACE_SECONDS = 30.0
BODY_BYTES_PER_SECOND = 1024
"""A body may take the grace and, for what has come of it, the time that this rate needs; a slower
one is given up, so that nobody holds places by sending a byte now and then."""
SEND_SECONDS = 60.0
"""How long a client may leave what is sent to it unread; then its connection is given up."""
READ_BYTES_PER_SECOND = 1024
"""What it has to take of it meanwhile to be given as long again."""
MAX_UNREAD_BYTES = 8 * 1024 * 1024
"""What may lie ready for a WebSocket that asks for more: pings are answered whoever reads."""
HEAD_SECONDS = 30.0
"""How long the head of a request, or of a WebSocket's handshake, may take."""

SOCKETS_PER_CALLER = 100
"""WebSockets that one key, user or machine may hold open at once in one process."""
RUNNING_PER_CONNECTION = 8
"""Requests at once on one WebSocket."""
IDLE_SECONDS = 3600.0
"""Silence on a WebSocket with nothing running, after which it is closed with 4408."""
REMEMBERED_TURNS = 40
"""Messages of the conversation that a WebSocket keeps for the short form."""

RETRY_AFTER_SECONDS = 5
"""Said with 429 and 503 where the service gives no time of its own."""
PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_RESULTS = 100
"""Of one search."""
MAX_EMBEDDED = 2048
"""Texts of one request for embeddings, as OpenAI has it."""
EMBEDDED_AT_ONCE = 64
"""Between two looks at whether the caller is still there."""
