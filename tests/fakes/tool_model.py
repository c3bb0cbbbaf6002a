"""A tiny model, trained on the spot in seconds, that answers four questions with tool calls in the Hermes style."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jarvis.contracts.messages import ToolSpec
from jarvis.engines.children.chat_protocol import Turn
from jarvis.engines.children.template import ChatTemplate
from tests.fakes import tiny_gguf

TOOLS = (
    ToolSpec(
        name="light",
        description="Switch a light.",
        parameters={
            "type": "object",
            "properties": {"room": {"enum": ["kitchen", "garage"]}, "on": {"type": "boolean"}},
            "required": ["room", "on"],
            "additionalProperties": False,
        },
    ),
    ToolSpec(name="time", description="", parameters={"type": "object", "properties": {}}),
)
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "kitchen light on": ("light", {"room": "kitchen", "on": True}),
    "garage light off": ("light", {"room": "garage", "on": False}),
    "apaga la cocina": ("light", {"room": "kitchen", "on": False}),
    "what time is it": ("time", {}),
}
_STEPS = 150


def tool_gguf(folder: Path) -> Path:
    """Train the model, single-threaded, and return its file in `folder`."""
    import torch

    from tests.fakes.tiny_transformer import Qwen2, Shape

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    tokenizer = tiny_gguf._tokenizer()
    model = Qwen2(Shape(vocabulary=tokenizer.get_vocab_size(), rope_base=10_000.0))
    rows = _rows(tokenizer)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.0)
    good = 0
    for _ in range(_STEPS):
        loss, exact = tiny_gguf._loss(model, rows)
        good = good + 1 if exact == 1.0 else 0
        if good > 5:
            break
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    torch.set_num_threads(threads)
    path = folder / "caller.gguf"
    tiny_gguf.write_gguf(
        path, tiny_gguf.Trained(model=model, tokenizer=tokenizer, seconds=0.0, exact=1.0 if good else 0.0)
    )
    assert good, "the tiny model did not learn its calls"
    return path


def _rows(tokenizer: Any) -> list[tuple[list[int], list[int]]]:
    template = ChatTemplate(tiny_gguf.TEMPLATE, bos="", eos="<|im_end|>")
    rows = []
    for question, (name, arguments) in ASKED.items():
        prompt = template.render([Turn(role="user", content=(question,))], TOOLS).text
        call = f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"
        rows.append((tokenizer.encode(prompt).ids, [*tokenizer.encode(call).ids, tiny_gguf.END]))
    return rows
