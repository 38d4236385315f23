"""What the status says of a model follows from what is known of it."""

from __future__ import annotations

from dataclasses import replace

from admin_system.api.protocol.state import encode_model, find_health
from admin_system.core.types import ModelInfo, ServiceState, ServiceStatus

INFO = ModelInfo("qwen_vl", "gptq-int4", "bfloat16", "cpu", 8192)
READY = ServiceStatus(ServiceState.READY, "qwen-vl-chat", info=INFO)


def test_a_model_that_runs_in_another_way_than_it_should_is_degraded() -> None:
    assert find_health(READY) == "ok"
    warned = replace(READY, info=replace(INFO, warnings=("quantization_fallback",)))
    assert find_health(warned) == "degraded"
    assert "four bits" in encode_model(warned, "en")["warnings"][0]
    assert "4 位" in encode_model(warned, "zh")["warnings"][0]
