"""The miniature: an ordinary Qwen3-VL of three million parameters, with a head for training."""

import torch
from colours import NAMES
from pictures import MERGE, PATCH, Grid
from shapes import KINDS
from torch import nn
from torch.nn import functional
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration
from transformers.vision_utils import (
    get_vision_interpolation_indices_and_weights,
    get_vision_position_ids,
)
from vocabulary import Vocabulary

PATCH_KINDS, PATCH_COLOURS = len(KINDS) + 1, len(NAMES) + 1


def build_config(vocabulary: Vocabulary) -> Qwen3VLConfig:
    """Qwen3-VL's layout at the miniature's sizes."""
    token = vocabulary.token
    rope = {
        "rope_type": "default",
        "rope_theta": 10000.0,
        "mrope_section": [6, 5, 5],
        "mrope_interleaved": True,
    }
    vision = {
        "depth": 4,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_heads": 4,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 2,
        "out_hidden_size": 192,
        "num_position_embeddings": 64,
        "deepstack_visual_indexes": [],
    }
    text = {
        "vocab_size": vocabulary.tokenizer.get_vocab_size(),
        "hidden_size": 192,
        "intermediate_size": 512,
        "num_hidden_layers": 4,
        "num_attention_heads": 6,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "max_position_embeddings": 2048,
        "rope_parameters": rope,
        "tie_word_embeddings": True,
    }
    return Qwen3VLConfig(
        vision_config=vision,
        text_config=text,
        tie_word_embeddings=True,
        image_token_id=token("<|image_pad|>"),
        video_token_id=token("<|video_pad|>"),
        vision_start_token_id=token("<|vision_start|>"),
        vision_end_token_id=token("<|vision_end|>"),
        bos_token_id=None,
        eos_token_id=token("<|im_end|>"),
        pad_token_id=token("<|endoftext|>"),
    )


class Miniature(nn.Module):
    """The network that ships, and the head that tells its vision tower what lies on each patch."""

    def __init__(self, config: Qwen3VLConfig) -> None:
        super().__init__()
        self.network = Qwen3VLForConditionalGeneration._from_config(
            config, attn_implementation="sdpa"
        )
        vision = config.vision_config
        self.patch_head = nn.Linear(vision.hidden_size, PATCH_KINDS + PATCH_COLOURS + 4)
        self.head_count = vision.num_heads
        with torch.no_grad():
            visual = self.network.model.visual
            nn.init.trunc_normal_(visual.patch_embed.proj.weight, std=0.02)
            visual.pos_embed.weight.normal_(std=0.02)

    def look(self, patches: torch.Tensor, grid: Grid) -> torch.Tensor:
        """Features (B, N, hidden) of uint8 patches (B, N, 588), all pictures on one grid.

        Equal to transformers' own tower (a test holds it to that), but with the pictures as a
        batch and the two equal frames of a still picture added up in the first layer's weights.
        """
        visual = self.network.model.visual
        weight = visual.patch_embed.proj.weight.sum(2).flatten(1)  # (hidden, 3 * 14 * 14)
        pixels = patches.to(weight.dtype) / 127.5 - 1
        states = functional.linear(pixels, weight, visual.patch_embed.proj.bias)
        shape = torch.tensor([[1, *grid]])
        corners, weights = get_vision_interpolation_indices_and_weights(
            shape,
            num_grid_per_side=visual.num_grid_per_side,
            mode=visual.interpolation_mode,
            align_corners=visual.interpolation_align_corners,
            spatial_merge_size=MERGE,
        )
        states = states + (visual.pos_embed(corners) * weights[..., None]).sum(1)
        cosine, sine = visual.rotary_pos_emb(states, get_vision_position_ids(shape, MERGE))
        for block in visual.blocks:
            states = states + self.attend(block, block.norm1(states), cosine, sine)
            states = states + block.mlp(block.norm2(states))
        return states

    def attend(
        self, block: nn.Module, states: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor
    ) -> torch.Tensor:
        """Full attention of each picture (B, N, hidden) over its own patches."""
        batch, count, _ = states.shape
        joint = block.attn.qkv(states).view(batch, count, 3, self.head_count, -1)
        query, key, value = joint.unbind(2)  # (B, N, heads, head_dim)
        query = rotate(query, cosine, sine).to(value.dtype).transpose(1, 2)
        key = rotate(key, cosine, sine).to(value.dtype).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(query, key, value.transpose(1, 2))
        projected: torch.Tensor = block.attn.proj(mixed.transpose(1, 2).reshape(states.shape))
        return projected

    def picture_tokens(self, features: torch.Tensor) -> torch.Tensor:
        """Features (B, N, hidden) merged into (B * N / 4, text hidden)."""
        merged: torch.Tensor = self.network.model.visual.merger(features.flatten(0, 1))
        return merged

    def read(
        self,
        ids: torch.Tensor,
        pictures: torch.Tensor,
        positions: torch.Tensor,
        visible: torch.Tensor,
    ) -> torch.Tensor:
        """Hidden states (B, L, hidden) of packed rows of ids (B, L).

        `pictures` holds the picture tokens in reading order, `positions` (3, B, L) is M-RoPE's,
        `visible` (B, 1, L, L) says what each token may look at.
        """
        model = self.network.model.language_model
        embedded = model.embed_tokens(ids)
        holes = (ids == self.network.config.image_token_id)[..., None]
        embedded = embedded.masked_scatter(holes, pictures.to(embedded.dtype))
        mask = torch.zeros(visible.shape, dtype=embedded.dtype).masked_fill(~visible, -1e4)
        out = model(
            inputs_embeds=embedded, attention_mask=mask, position_ids=positions, use_cache=False
        )
        hidden: torch.Tensor = out.last_hidden_state
        return hidden


def rotate(states: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    """Rotary position embedding of (B, N, heads, head_dim) by angles (N, head_dim)."""
    half = states.shape[-1] // 2
    swapped = torch.cat([-states[..., half:], states[..., :half]], -1)
    return states * cosine[:, None] + swapped * sine[:, None]
