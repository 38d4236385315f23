"""One network of transformers is built at a time, whoever asks: the engine, the library's models.

While `from_pretrained` builds a model it changes transformers for the whole process: `tie_weights`
does nothing, torch's default type is another. A second model that is built meanwhile lacks its tied
weights. Reading large files does not belong under this lock.
"""

from __future__ import annotations

import threading

BUILDING = threading.Lock()
