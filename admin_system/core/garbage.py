"""Python's collector of garbage, kept from what stays.

A full collection walks through everything that lives, while the event loop, the engine and every
stream stand still: 0.3 s with torch imported and a model loaded. What was frozen is left out of it
(https://docs.python.org/3/library/gc.html#gc.freeze).
"""

from __future__ import annotations

import gc


def collect_and_freeze() -> None:
    """Everything is looked through once, what was frozen before too, and what lives is frozen.

    For moments when much has come or gone. What only a cycle holds then stays until the next call.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
