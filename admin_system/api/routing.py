"""Addresses of the WebSockets; any other one is closed at once."""

from __future__ import annotations

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.urls import re_path

from admin_system.api.consumers import AnalyzeConsumer, ChatConsumer, UnknownAddressConsumer

SOCKETS = ("/ws/chat/", "/ws/analyze/")


def route(pattern: str, consumer: type[AsyncWebsocketConsumer]) -> Any:
    application: Any = consumer.as_asgi()  # Django's stubs know views only
    return re_path(pattern, application)


sockets = URLRouter(
    [
        route(r"^ws/chat/?$", ChatConsumer),
        route(r"^ws/analyze/?$", AnalyzeConsumer),
        route(r"", UnknownAddressConsumer),
    ]
)
