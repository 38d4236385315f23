"""What an embedder is: texts in, unit vectors out, and whether it can read a text at all."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from admin_system.vector_search.errors import EmbedderFault, PictureNotEmbedded
from admin_system.vector_search.scripts import PROBES, Script, script_shares

if TYPE_CHECKING:
    from PIL.Image import Image

Vectors = NDArray[np.float32]
EmbedderKind = Literal["bundled", "folder", "url", "hash"]
Purpose = Literal["document", "query"]
Precision = Literal["auto", "float32", "bfloat16"]

MOST_UNKNOWN = 0.1
"""Share of a text's tokens that may be unknown; MiniLM: English at most .03, Chinese about .6."""
MOST_TOKENS_A_LETTER = 0.7
"""From there on a script is spelt, not read; MiniLM takes Russian that way."""
FOREIGN_SHARE = 0.3
"""Share of a text's words in scripts that are not read, from which the text is not read."""


@dataclass(frozen=True, slots=True)
class EmbedderSpec:
    """What an operator chooses."""

    kind: EmbedderKind = "bundled"
    path: str = ""
    """Folder of a sentence-transformers model, for the kind `folder`."""
    url: str = ""
    """Of an OpenAI-compatible service up to its version (`https://host/v1`), for the kind `url`."""
    model: str = ""
    """The model's name there."""
    key: str = field(default="", repr=False)
    query_prompt: str | None = None
    """Stands before a question; None takes the model's own."""
    document_prompt: str | None = None
    scripts: frozenset[Script] | None = None
    """What it reads; None measures it (a service elsewhere is taken to read all)."""
    device: str = ""
    """`cpu`, `cuda:0` …; empty leaves the choice to torch."""
    precision: Precision = "auto"
    dim: int = 256
    """Of the kind `hash`; the others tell their own."""


@dataclass(frozen=True, slots=True)
class EmbedderProfile:
    """Which vectors these are; two profiles with one key give vectors that can be compared."""

    name: str
    revision: str
    """Changes with the weights."""
    dim: int
    max_tokens: int
    """What is longer is cut off."""
    query_prompt: str = ""
    document_prompt: str = ""
    scripts: frozenset[Script] = frozenset(PROBES)
    """Scripts that its vocabulary covers."""
    sees: bool = False
    """Takes pictures too; their vectors lie among those of texts."""

    @property
    def key(self) -> str:
        """Stamped on an index. The query prompt may change without embedding anew."""
        prompt = hashlib.sha256(self.document_prompt.encode()).hexdigest()[:8]
        return f"{self.name}@{self.revision}/{self.dim}/{prompt}"


class Embedder(ABC):
    """Loaded once, then used from any thread."""

    def __init__(self, spec: EmbedderSpec) -> None:
        self.spec = spec
        self._profile: EmbedderProfile | None = None

    @property
    def profile(self) -> EmbedderProfile:
        if self._profile is None:
            raise EmbedderFault("embedder_not_loaded")
        return self._profile

    @abstractmethod
    def load(self) -> EmbedderProfile:
        """May be repeated. Raises EmbedderLoadError."""

    def unload(self) -> None:
        self._profile = None

    @abstractmethod
    def embed(self, texts: Sequence[str], purpose: Purpose = "document") -> Vectors:
        """Unit vectors, float32 (n, dim), in the order of the texts. Raises EmbedderFault."""

    def embed_pictures(self, pictures: Sequence[Image]) -> Vectors:
        """As `embed`, of RGB pictures; all are held in memory at once. Raises EmbedderFault."""
        del pictures
        raise PictureNotEmbedded("embedder_sees_nothing", name=self.profile.name)

    def spell(self, text: str) -> tuple[int, int]:
        """Tokens of the text, and how many of them the vocabulary lacks; 0, 0 where untold."""
        del text
        return 0, 0

    def reads(self, text: str) -> bool:
        """Whether its vector says something of the text: else it must not take part in ranking.

        Single characters of a foreign script may stand in a vocabulary that does not cover the
        script, so the scripts measured at load count beside the text's own unknown tokens.
        """
        scripts = self.profile.scripts
        foreign = sum(share for name, share in script_shares(text).items() if name not in scripts)
        tokens, unknown = self.spell(text)
        return foreign < FOREIGN_SHARE and unknown <= MOST_UNKNOWN * tokens

    def measure_scripts(self) -> frozenset[Script]:
        """The scripts of which the vocabulary knows a common sentence, and not letter by letter."""
        if self.spec.scripts is not None:
            return self.spec.scripts
        known: set[Script] = set()
        for name, text in PROBES.items():
            tokens, unknown = self.spell(text)
            spelt_out = name != "han" and tokens > MOST_TOKENS_A_LETTER * len(text)
            if unknown <= MOST_UNKNOWN * tokens and not spelt_out:
                known.add(name)
        return frozenset(known)


def to_unit_vectors(values: object, count: int) -> Vectors:
    """Checks (count, dim) finite numbers and normalises the rows. Raises EmbedderFault."""
    try:
        vectors = np.asarray(values, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise EmbedderFault("embedder_bad_vectors") from error
    if vectors.ndim != 2 or len(vectors) != count or not np.isfinite(vectors).all():
        raise EmbedderFault("embedder_bad_vectors")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
