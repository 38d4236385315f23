"""What can happen between the processes of a site.

RedisAway   it does not answer; whoever asked goes on without it
"""

from __future__ import annotations


class RedisAway(Exception):
    """Never shown to a caller."""
