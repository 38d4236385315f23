"""Rows that both doors need."""

from admin_system.core.models.analysis_record import AnalysisRecord
from admin_system.core.models.api_key import ApiKey
from admin_system.core.models.conversation import Conversation, Message, MessagePicture
from admin_system.core.models.model_config import ModelConfig

__all__ = [
    "AnalysisRecord",
    "ApiKey",
    "Conversation",
    "Message",
    "MessagePicture",
    "ModelConfig",
]
