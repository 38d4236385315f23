"""The values that travel between the doors, the model service and the engines; all are frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from admin_system.core.sampling import JsonFormat as JsonFormat
from admin_system.core.sampling import Sampling as Sampling
from admin_system.core.stats import CacheStats as CacheStats
from admin_system.core.stats import DecodeStats as DecodeStats
from admin_system.core.stats import EngineStats as EngineStats
from admin_system.core.tools import Tool as Tool
from admin_system.core.tools import ToolCall as ToolCall
from admin_system.core.tools import ToolCallDelta as ToolCallDelta
from admin_system.core.tools import ToolWish as ToolWish
from admin_system.core.upstreams import UpstreamAddress as UpstreamAddress

if TYPE_CHECKING:
    from PIL.Image import Image

Role = Literal["system", "developer", "user", "assistant", "tool"]
Detail = Literal["auto", "low", "high"]
FinishReason = Literal["stop", "length", "tool_calls", "cancelled"]
"""`cancelled`: somebody stopped it; text is what had come, and its tokens are not counted."""
Purpose = Literal["chat", "analysis", "knowledge", "document"]
"""What an answer is for; `document`: words for a picture of a document."""
EngineKind = Literal["local", "remote", "echo"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]
Int4Backend = Literal["own", "gptqmodel"]
StepWish = Literal["off", "auto", "on"]
"""Whether tokens of running answers are computed in steps of fixed sizes, which a CUDA graph can
hold: never, on a card, or on a processor too."""
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the user sent it, turned upright by its EXIF orientation."""

    image: Image
    """RGB, never changed after reading."""
    sha256: str
    """Of the bytes received, hexadecimal."""

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height


@dataclass(frozen=True, slots=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True)
class PicturePart:
    picture: Picture
    detail: Detail = "auto"


Part = TextPart | PicturePart


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    parts: tuple[Part, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    """Of an assistant's turn."""
    tool_call_id: str = ""
    """Which call a tool's turn answers."""

    @classmethod
    def of_text(cls, role: Role, text: str) -> Message:
        return cls(role, (TextPart(text),))

    @property
    def text(self) -> str:
        """The text parts joined; pictures are left out."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return tuple(part.picture for part in self.parts if isinstance(part, PicturePart))


def new_request_id() -> str:
    return f"req_{uuid4().hex}"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation to be continued by the model."""

    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    owner: str = "local"
    """Who asks, as `access.Caller.owner` names it."""
    id: str = field(default_factory=new_request_id)
    format: JsonFormat | None = None
    tools: ToolWish | None = None
    purpose: Purpose = "chat"
    asked: str = ""
    """The question in the caller's own words, where the messages word it otherwise."""
    on_behalf_of: str = ""
    """Whose question it is where the owner is another process of ours, as that one names them."""

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("a conversation needs at least one message")

    @property
    def asker(self) -> str:
        """With whom an engine shares what it has computed, and whose turn it is."""
        return f"{self.owner} {self.on_behalf_of}" if self.on_behalf_of else self.owner

    @property
    def wishes(self) -> frozenset[str]:
        """Fields by which more is asked for than every engine gives, as OpenAI names them."""
        sampling = self.sampling
        asked = {
            "n": sampling.n > 1,
            "logprobs": sampling.logprobs is not None,
            "min_p": bool(sampling.min_p),
            "repetition_penalty": sampling.repetition_penalty not in (None, 1.0),
            "presence_penalty": sampling.presence_penalty != 0,
            "frequency_penalty": sampling.frequency_penalty != 0,
            "logit_bias": bool(sampling.logit_bias),
            "response_format": self.format is not None,
            "tools": self.tools is not None,
        }
        return frozenset(name for name, wanted in asked.items() if wanted)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures of the conversation in order; a box names one by its place here."""
        return tuple(picture for message in self.messages for picture in message.pictures)

    @property
    def picture_parts(self) -> tuple[PicturePart, ...]:
        """As `pictures`, with the detail that was asked for."""
        return tuple(
            part
            for message in self.messages
            for part in message.parts
            if isinstance(part, PicturePart)
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled rectangle in pixels of the upright picture as sent; origin at the upper left."""

    label: str
    x1: int
    y1: int
    x2: int
    y2: int
    image: int = 0
    """Which picture of the conversation, from 0."""

    def __post_init__(self) -> None:
        if not (0 <= self.x1 < self.x2 and 0 <= self.y1 < self.y2):
            raise ValueError(f"box {self.x1, self.y1, self.x2, self.y2} has no area or leaves it")


@dataclass(frozen=True, slots=True)
class Usage:
    """True token counts; the tokens of pictures count as prompt tokens."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = field(default=0, compare=False)
    """Prompt tokens that were not computed again: a matter of cost, the answer is the same."""

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A token and how likely it was."""

    token: str
    logprob: float
    """Natural logarithm of its chance, as the model has it before any setting."""
    bytes: bytes


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """A token of an answer, and the likeliest ones in its place."""

    chosen: Likelihood
    top: tuple[Likelihood, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer; never cut inside a character."""

    text: str
    choice: int = 0
    """Which of the `n` answers."""
    logprobs: tuple[TokenLogprob, ...] = ()
    """Of the tokens that make up the text, where they are asked for."""
    tool_call: ToolCallDelta | None = None
    """A piece of a call instead of text."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one of `n` answers came out."""

    finish_reason: FinishReason
    text: str = ""
    """The whole answer, unchanged; filled by the model service."""
    boxes: tuple[Box, ...] = ()
    """The boxes found in it; filled by the model service."""
    logprobs: tuple[TokenLogprob, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """The last value of a stream."""

    finish_reason: FinishReason
    usage: Usage
    """Of all answers."""
    text: str = ""
    """The whole answer, unchanged; filled by the model service."""
    boxes: tuple[Box, ...] = ()
    """The boxes found in it; filled by the model service."""
    logprobs: tuple[TokenLogprob, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    others: tuple[Ending, ...] = ()
    """The further answers where more than one is asked for."""
    number: int = 0
    """Of the answer, while an engine still joins several."""

    @property
    def endings(self) -> tuple[Ending, ...]:
        """All answers."""
        first = Ending(self.finish_reason, self.text, self.boxes, self.logprobs, self.tool_calls)
        return (first, *self.others)


@dataclass(frozen=True, slots=True)
class PixelBudget:
    """How many pixels a picture may have when the model sees it (areas, not sides)."""

    min_pixels: int
    max_pixels: int

    def __post_init__(self) -> None:
        if not 0 < self.min_pixels <= self.max_pixels:
            raise ValueError(
                f"pixel budget {self.min_pixels}..{self.max_pixels}: the least is above 0 and "
                "not above the most"
            )


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """All that is needed to load one model; made from a ModelConfig row."""

    name: str
    kind: EngineKind
    path: str = ""
    """Folder of the checkpoint (local)."""
    precision: Precision = "auto"
    device: str = "auto"
    """auto, cpu, cuda or cuda:N."""
    visual_device: str = ""
    """Of the vision tower (local), as `device`; empty takes the same."""
    int4_backend: Int4Backend = "own"
    """Whose layers run four-bit GPTQ and AWQ weights (local)."""
    threads: int = 0
    """CPU threads of the model (local); 0 leaves the choice to torch."""
    decode_steps: StepWish = "auto"
    context_length: int | None = None
    """Tokens; None takes what the checkpoint states."""
    max_batch: int = 4
    """Requests that are answered at a time (local)."""
    max_waiting: int = 32
    """Requests that may wait for their turn."""
    min_pixels: int | None = None
    max_pixels: int | None = None
    """None takes the checkpoint's own budget."""
    defaults: Sampling = field(default_factory=Sampling)
    """Used where a request leaves a value open."""
    upstream_url: str = ""
    """Base address of an OpenAI-compatible service, ending in /v1 (remote)."""
    upstream_model: str = ""
    upstream_key: str = field(default="", repr=False)
    further_upstreams: tuple[UpstreamAddress, ...] = ()
    """More services that run the same model."""
    upstream_is_ours: bool = False
    """The upstreams are other processes of this product: load and unload are forwarded to them."""
    upstream_follows: bool = False
    """The upstream, which is ours, loads and unloads by itself; here it is waited for only."""
    family: str = ""
    """Name of the model family (remote; local reads it from config.json)."""
    demo: bool = False

    @property
    def upstreams(self) -> tuple[UpstreamAddress, ...]:
        first = UpstreamAddress(self.upstream_url, self.upstream_model, self.upstream_key)
        return (first, *self.further_upstreams)


class ServiceState(StrEnum):
    UNLOADED = "unloaded"
    LOADING = "loading"
    VERIFYING = "verifying"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a load has come."""

    stage: str
    """A code of `messages.py`: stage_checking, stage_reading_weights, stage_preparing, …"""
    fraction: float
    """0..1."""
    bytes_done: int | None = None
    bytes_total: int | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model."""

    family: str
    quantization: str
    """"none", "gptq-int4", …"""
    precision: str
    device: str
    context_length: int | None
    """Tokens; None where a remote engine does not tell."""
    parameters: int | None = None
    weight_bytes: int | None = None
    """What the weights take of the memory of their devices (local)."""
    warnings: tuple[str, ...] = ()
    """Codes of `messages.py`, for example that a fallback is in use."""
    demo: bool = False
    """A remote engine whose upstream says that the demonstration model answers."""
    pixels: PixelBudget | None = None
    """At how many a picture is seen; None where nobody tells."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What the model service says of itself at one moment."""

    state: ServiceState
    model: str | None
    """Name of the configuration that is loaded, being loaded, or failed."""
    demo: bool = False
    """Of the model that answers, else of the one that loads or failed."""
    progress: LoadProgress | None = None
    """While loading or verifying."""
    error: tuple[str, dict[str, object]] | None = None
    """Code and values of the reason, when failed; also of a failed switch when the former
    model was brought back."""
    info: ModelInfo | None = None
    stats: EngineStats | None = None
    loaded_at: float | None = None
    """Seconds since the epoch."""
    serving: str | None = None
    """Name of the configuration that answers now; while another loads beside it, the former one."""
    failed: str | None = None
    """Name of the configuration that `error` is about."""
    breakdowns: int = 0
    """How often the model broke down and was loaded again by itself, since it was asked for; only
    those of the last minutes count."""
