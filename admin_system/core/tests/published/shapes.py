"""config.json of each family with the fields that are published, and a miniature's numbers.

Sources: the config.json of Qwen2-VL-2B-Instruct, Qwen2.5-VL-3B-Instruct, Qwen3-VL-4B-Instruct,
Qwen3-VL-30B-A3B-Instruct, Qwen3.5-4B and Qwen3.5-35B-A3B; of Qwen4-Exp the configuration class of
transformers 5.23.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HIDDEN = 128
EXPERTS = 4

ARCHITECTURES = {
    "qwen2_vl": "Qwen2VLForConditionalGeneration",
    "qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration",
    "qwen3_vl": "Qwen3VLForConditionalGeneration",
    "qwen3_vl_moe": "Qwen3VLMoeForConditionalGeneration",
    "qwen3_5": "Qwen3_5ForConditionalGeneration",
    "qwen3_5_moe": "Qwen3_5MoeForConditionalGeneration",
    "qwen4_exp": "Qwen4ExpForConditionalGeneration",
}
TYPES = tuple(ARCHITECTURES)

TEXT: dict[str, Any] = {
    "attention_dropout": 0.0,
    "hidden_act": "silu",
    "hidden_size": HIDDEN,
    "initializer_range": 0.02,
    "intermediate_size": 256,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-06,
    "use_cache": True,
}
MOE: dict[str, Any] = {
    "moe_intermediate_size": 192,
    "num_experts": EXPERTS,
    "num_experts_per_tok": 2,
}
LINEAR_ATTENTION: dict[str, Any] = {
    "attn_output_gate": True,
    "full_attention_interval": 4,
    "head_dim": 32,
    "layer_types": [*["linear_attention"] * 3, "full_attention"],
    "linear_conv_kernel_dim": 4,
    "linear_key_head_dim": 32,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 4,
    "linear_value_head_dim": 32,
    "mamba_ssm_dtype": "float32",
    "mtp_num_hidden_layers": 1,
    "num_hidden_layers": 4,
}
NGRAM_SHARDS = 4
QWEN4: dict[str, Any] = {
    "hc_count": 2,
    "hc_lowrank": 16,
    "heads_per_ngram": 2,
    "indexer_budget": 32,
    "indexer_compress_ratio": 4,
    "indexer_head_dim": 32,
    "indexer_kv_heads": 1,
    "indexer_n_heads": 2,
    "make_ngram_vocab_size_divisible_by": 8,
    "ngram_vocab_size_base": 101,
    "ple_layer_ids": [1, 3],
    "split_ngram_parts": NGRAM_SHARDS,
}
VISION_2: dict[str, Any] = {
    "depth": 2,
    "embed_dim": 64,
    "hidden_size": HIDDEN,
    "in_chans": 3,
    "mlp_ratio": 2,
    "num_heads": 2,
    "patch_size": 14,
    "spatial_merge_size": 2,
    "spatial_patch_size": 14,
    "temporal_patch_size": 2,
}
VISION_2_5: dict[str, Any] = {
    "depth": 2,
    "fullatt_block_indexes": [1],
    "hidden_act": "silu",
    "hidden_size": 64,
    "in_chans": 3,
    "intermediate_size": 96,
    "num_heads": 2,
    "out_hidden_size": HIDDEN,
    "patch_size": 14,
    "spatial_merge_size": 2,
    "spatial_patch_size": 14,
    "temporal_patch_size": 2,
    "tokens_per_second": 2,
    "window_size": 112,
}
VISION_3: dict[str, Any] = {
    "deepstack_visual_indexes": [0, 1],
    "depth": 3,
    "hidden_act": "gelu_pytorch_tanh",
    "hidden_size": 64,
    "in_channels": 3,
    "initializer_range": 0.02,
    "intermediate_size": 96,
    "num_heads": 2,
    "num_position_embeddings": 144,
    "out_hidden_size": HIDDEN,
    "patch_size": 16,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}


def shape_of(model_type: str, tokens: Mapping[str, int]) -> dict[str, Any]:
    """config.json; `tokens` are the numbers of the vocabulary."""
    ids = {
        "image_token_id": tokens["<|image_pad|>"],
        "video_token_id": tokens["<|video_pad|>"],
        "vision_end_token_id": tokens["<|vision_end|>"],
        "vision_start_token_id": tokens["<|vision_start|>"],
    }
    config = {
        "architectures": [ARCHITECTURES[model_type]],
        "model_type": model_type,
        "tie_word_embeddings": model_type == "qwen3_vl",
        **ids,
    }
    size = {"vocab_size": len(tokens)}
    if model_type in ("qwen2_vl", "qwen2_5_vl"):
        return config | TEXT | size | _flat(model_type, tokens)
    return config | {
        "text_config": {**TEXT, **size, **_text(model_type, tokens)},
        "vision_config": {**VISION_3, **_vision(model_type)},
    }


def _flat(model_type: str, tokens: Mapping[str, int]) -> dict[str, Any]:
    """Until Qwen2.5-VL the fields of the text stand beside the others."""
    return {
        "bos_token_id": tokens["<|endoftext|>"],
        "eos_token_id": tokens["<|im_end|>"],
        "max_position_embeddings": 32768,
        "max_window_layers": 2,
        "rope_scaling": {"mrope_section": [4, 6, 6], "type": "mrope"},
        "rope_theta": 1000000.0,
        "sliding_window": 32768,
        "torch_dtype": "bfloat16",
        "use_sliding_window": False,
        "vision_config": dict(VISION_2 if model_type == "qwen2_vl" else VISION_2_5),
        "vision_token_id": tokens["<|vision_pad|>"],
    }


def _text(model_type: str, tokens: Mapping[str, int]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "attention_bias": False,
        "bos_token_id": tokens["<|endoftext|>"],
        "dtype": "bfloat16",
        "eos_token_id": tokens["<|im_end|>"],
        "head_dim": 32,
        "max_position_embeddings": 262144,
        "model_type": f"{model_type}_text",
        "tie_word_embeddings": model_type == "qwen3_vl",
    }
    if model_type.startswith("qwen3_vl"):
        fields |= {
            "rope_scaling": {
                "mrope_interleaved": True,
                "mrope_section": [6, 5, 5],
                "rope_type": "default",
            },
            "rope_theta": 5000000,
        }
    else:
        fields |= LINEAR_ATTENTION
        fields["rope_parameters"] = {
            "mrope_interleaved": True,
            "mrope_section": [2, 1, 1],
            "partial_rotary_factor": 0.25,
            "rope_theta": 10000000,
            "rope_type": "default",
        }
    if model_type == "qwen3_vl_moe":
        fields |= MOE | {"decoder_sparse_step": 1, "mlp_only_layers": [], "norm_topk_prob": True}
    if model_type in ("qwen3_5_moe", "qwen4_exp"):
        fields |= MOE | {"shared_expert_intermediate_size": 64}
    if model_type == "qwen4_exp":
        fields |= QWEN4
    return fields


def _vision(model_type: str) -> dict[str, Any]:
    """`model_type` is the whole model's, as it was published."""
    fields: dict[str, Any] = {"model_type": model_type}
    if not model_type.startswith("qwen3_vl"):
        fields["deepstack_visual_indexes"] = []
    return fields
