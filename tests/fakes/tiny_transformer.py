"""The qwen2 architecture in plain torch, small enough to be trained while a test waits.

Layout and names follow what llama.cpp loads as `qwen2`: RMS norm, grouped-query attention with biases on query,
key and value, rotary positions on halves of the head, SwiGLU, tied embeddings.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Sizes of a model; `rope_base` sets how far apart tokens are still told apart."""

    vocabulary: int
    width: int = 128
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 384
    context: int = 2048
    rope_base: float = 100.0
    epsilon: float = 1e-6

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Block(nn.Module):
    """One layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        keys = shape.kv_heads * shape.head_width
        self.attn_norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.attn_q = nn.Linear(shape.width, shape.width)
        self.attn_k = nn.Linear(shape.width, keys)
        self.attn_v = nn.Linear(shape.width, keys)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = nn.RMSNorm(shape.width, shape.epsilon)
        self.ffn_gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, shape.width, bias=False)
        # Equal biases under rotary positions make near tokens louder than far ones from the first step on:
        # a long system prompt, seen in training or not, then hardly disturbs the answer.
        nn.init.constant_(self.attn_q.bias, 1.0)
        nn.init.constant_(self.attn_k.bias, 1.0)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        batch, length, _ = x.shape
        shape = self.shape
        y = self.attn_norm(x)
        q = _rotate(self.attn_q(y).view(batch, length, shape.heads, shape.head_width).transpose(1, 2), cosine, sine)
        k = _rotate(self.attn_k(y).view(batch, length, shape.kv_heads, shape.head_width).transpose(1, 2), cosine, sine)
        v = self.attn_v(y).view(batch, length, shape.kv_heads, shape.head_width).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + self.attn_output(mixed.transpose(1, 2).reshape(batch, length, shape.width))
        y = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Qwen2(nn.Module):
    """A decoder with tied embeddings; `forward` maps token ids (batch, length) to the last hidden states."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        nn.init.normal_(self.token_embd.weight, std=0.05)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, shape.epsilon)

    def forward(self, tokens: Tensor) -> Tensor:
        cosine, sine = _positions(tokens.shape[1], self.shape)
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, cosine, sine)
        normed: Tensor = self.output_norm(x)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Map hidden states to token scores."""
        return hidden @ self.token_embd.weight.T


def _positions(length: int, shape: Shape) -> tuple[Tensor, Tensor]:
    half = shape.head_width // 2
    frequency = shape.rope_base ** (-torch.arange(half, dtype=torch.float32) / half)
    angle = torch.arange(length, dtype=torch.float32)[:, None] * frequency[None, :]
    angle = torch.cat((angle, angle), dim=-1)
    return angle.cos(), angle.sin()


def _rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    left, right = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-right, left), dim=-1) * sine
