"""/ws/chat and /ws/analyze: both take every kind of frame and differ in what a bare one means."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, ClassVar
from uuid import uuid4

from channels.generic.websocket import AsyncWebsocketConsumer

from admin_system.api.answers import answer_analysis, answer_chat
from admin_system.api.connection_memory import ConnectionMemory
from admin_system.api.fetching import fetch_pictures
from admin_system.api.given_picture import read_given
from admin_system.api.kept_turns import begin_turn, keep_answer, kept, read_sent
from admin_system.api.limits import RETRY_AFTER_SECONDS, RUNNING_PER_CONNECTION
from admin_system.api.model_cards import find_model_name
from admin_system.api.pictures import in_reader, read_address, read_base64, read_bytes
from admin_system.api.protocol import frames
from admin_system.api.protocol.conversation import to_chat_request
from admin_system.api.protocol.frames import (
    AnalyzeFrame,
    ChatFrame,
    Frame,
    PingFrame,
    ShortFrame,
    StopFrame,
)
from admin_system.api.protocol.plain import kinds_of, to_analysis_request
from admin_system.api.protocol.strict_json import read_object
from admin_system.api.protocol.templates import AskedTemplate
from admin_system.api.protocol.turns import TurnFrame
from admin_system.api.protocol.validation import to_body
from admin_system.api.request_id import get_request_id
from admin_system.api.running import Running
from admin_system.api.socket import Connection, ConnectionLost, Work
from admin_system.api.wordings import find_wording, word_request
from admin_system.core.access import Caller
from admin_system.core.errors import BadPicture, BadRequest, QueueFull
from admin_system.core.types import ChatRequest, Message, Part, Picture, PicturePart, TextPart
from admin_system.knowledge_base.services.answering import KnowledgeQuestion

KINDS = ("chat", "analyze", "stop", "ping")


class FrameConsumer(Connection):
    """Reads frames and starts what they ask for."""

    bare_kind: ClassVar[str]
    """What a frame without a type asks for."""
    example: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.memory = ConnectionMemory()
        self.binary: bytes | None = None
        """The bytes of a picture, until the next request takes them."""

    async def receive_binary(self, data: bytes) -> None:
        self.binary = data

    async def receive_text(self, text: str) -> None:
        """A frame at fault is answered by an error; the connection lives on."""
        request_id = None
        try:
            data = await in_reader(lambda: read_object(text, example=self.example))
            request_id = data["id"] if isinstance(data.get("id"), str) else None
            await self.obey(data)
        except ConnectionLost:
            raise
        except Exception as error:
            await self.send_error(request_id, error)

    async def obey(self, data: dict[str, Any]) -> None:
        kind = data.get("type", self.bare_kind)
        if kind == "ping":
            await self.send_frame(frames.pong(to_body(PingFrame, data).id))
        elif kind == "stop":
            self.find_running(to_body(StopFrame, data).id).stop()
        elif kind == "chat" and "conversation" in data:
            turn = to_body(TurnFrame, data)
            turn.check()
            await self.answer_request(turn.id, "chat", lambda one: self.take_turn(turn, one))
        elif kind == "chat" and "message" in data:
            short = to_body(ShortFrame, data)
            binary = self.take_binary(short.image)
            await self.answer_request(
                short.id, "chat", lambda one: self.chat_on(short, binary, one)
            )
        elif kind == "chat":
            chat = to_body(ChatFrame, {"type": "chat", **data})
            await self.answer_request(chat.id, "chat", lambda one: self.chat(chat, one))
        elif kind == "analyze":
            asked = to_body(AnalyzeFrame, {"type": "analyze", **data})
            binary = self.take_binary(asked.image)
            await self.answer_request(
                asked.id, "analyze", lambda one: self.analyze(asked, binary, one)
            )
        else:
            shown = kind[:40] if isinstance(kind, str) else json.dumps(kind)[:40]
            raise BadRequest(
                "frame_type_unknown", param="type", given=shown, allowed=", ".join(KINDS)
            )

    async def answer_request(self, asked_id: str | None, scope: str, work: Work) -> None:
        """Raises AccessDenied, BadRequest, QueueFull or QuotaExceeded."""
        self.known_caller.require(scope)
        request_id = asked_id or f"r_{uuid4().hex}"
        if request_id in self.running:
            raise BadRequest("frame_id_in_use", param="id", id=request_id)
        if len(self.running) >= RUNNING_PER_CONNECTION:
            raise QueueFull(len(self.running), RETRY_AFTER_SECONDS, "connection_full")
        self.begin(request_id, work, await self.admit(self.known_caller, scope))

    async def chat(self, frame: ChatFrame, running: Running) -> None:
        owner, request_id = self.known_caller.owner, get_request_id()
        fetched = await fetch_pictures(frame)

        def read() -> ChatRequest:
            return to_chat_request(
                frame,
                lambda address, param: read_address(address, param, owner, fetched),
                owner=owner,
                request_id=request_id,
            )

        request = await in_reader(read)
        request, knowledge = await self.word(request, frame)
        model = await find_model_name(frame.model)
        await self.send_answer(answer_chat(request, model, running.id, knowledge), running)

    async def word(
        self, request: ChatRequest, frame: ChatFrame | ShortFrame | TurnFrame
    ) -> tuple[ChatRequest, KnowledgeQuestion | None]:
        """As `word_request`."""
        asked = AskedTemplate.of(frame, "prompt_template")
        return await word_request(
            request, frame.knowledge_base, asked, self.language, self.known_caller
        )

    async def take_turn(self, frame: TurnFrame, running: Running) -> None:
        """Of a kept conversation; the model is told what is stored."""
        owner = self.known_caller.owner
        pictures = await in_reader(lambda: read_sent(frame, owner))
        turn = await begin_turn(frame, owner, pictures)

        async def ask_model() -> AsyncGenerator[Frame]:
            yield kept(running.id, turn.answer)  # here its not being taken ends the answer, too
            frame = turn.frame
            model = await find_model_name(frame.model)
            request = ChatRequest(turn.turns, frame.sampling, owner, get_request_id())
            request, knowledge = await self.word(request, frame)
            async with aclosing(answer_chat(request, model, running.id, knowledge)) as stream:
                async for one in stream:
                    yield one

        await self.send_answer(keep_answer(turn.answer, ask_model(), self.language), running)

    async def chat_on(self, frame: ShortFrame, binary: bytes | None, running: Running) -> None:
        """The next turn of the connection's own conversation, kept also when it is stopped."""
        parts: list[Part] = [TextPart(frame.message)]
        if frame.image_base64 is not None or binary is not None:
            picture = await in_reader(lambda: read_one(frame.image_base64, binary))
            parts.insert(0, PicturePart(picture))
        question = Message("user", tuple(parts))
        request = ChatRequest(
            self.memory.ask(question),
            frame.sampling,
            self.known_caller.owner,
            get_request_id(),
        )
        request, knowledge = await self.word(request, frame)
        model = await find_model_name(frame.model)
        try:
            await self.send_answer(answer_chat(request, model, running.id, knowledge), running)
        finally:
            if running.pieces:
                self.memory.keep(question, running.text)

    async def analyze(self, frame: AnalyzeFrame, binary: bytes | None, running: Running) -> None:
        owner = self.known_caller.owner
        picture = await in_reader(lambda: read_given(frame, binary, owner, "image_base64"))
        asked = AskedTemplate.of(frame, "template")
        wording = await find_wording(asked, kinds_of(frame), self.language, self.known_caller)
        request = to_analysis_request(
            frame,
            picture,
            wording,
            language=self.language,
            owner=owner,
            request_id=get_request_id(),
        )
        model = await find_model_name(frame.model)
        await self.send_answer(answer_analysis(request, model, running.id), running)

    async def send_answer(self, answer: AsyncGenerator[Frame], running: Running) -> None:
        async with aclosing(answer):
            async for frame in answer:
                if frame["type"] == "delta" and "index" not in frame:
                    running.pieces.append(frame["content"])
                await self.send_frame(frame)

    def take_binary(self, image: str | None) -> bytes | None:
        """Raises BadPicture where a request counts on a frame that has not come."""
        if image is None:
            return None
        data, self.binary = self.binary, None
        if data is None:
            raise BadPicture("frame_binary_missing", param="image")
        return data

    def find_running(self, request_id: str) -> Running:
        """Raises BadRequest."""
        if request_id not in self.running:
            raise BadRequest("frame_id_unknown", param="id", id=request_id[:100])
        return self.running[request_id]

    @property
    def known_caller(self) -> Caller:
        if self.caller is None:
            raise RuntimeError("a frame was taken from a caller that was not let in")
        return self.caller


def read_one(text: str | None, binary: bytes | None) -> Picture:
    """Raises BadRequest."""
    if binary is not None and text is not None:
        raise BadRequest("fields_conflict", param="image_base64", other="image")
    if binary is not None:
        return read_bytes(binary, "image")
    if text is None:
        raise BadPicture("picture_missing", param="image_base64")
    return read_base64(text, "image_base64")


class ChatConsumer(FrameConsumer):
    bare_kind = "chat"
    example = '{"message": "你好"}'


class AnalyzeConsumer(FrameConsumer):
    bare_kind = "analyze"
    example = '{"image_base64": "...", "query": "..."}'


class UnknownAddressConsumer(AsyncWebsocketConsumer):
    """Refuses the handshake, where Channels would raise."""

    async def connect(self) -> None:
        await self.close()
