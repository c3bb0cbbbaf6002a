"""Makes real GGUF files on the spot: one that truly knows the home facts, and ones of any size with random weights.

Nothing is downloaded: the tokenizer and the model are trained here, single-threaded, in well under a minute, with
random earlier text before every question, so that the answers survive a prompt that was never seen. As a script:
`python -m tests.fakes.tiny_gguf OUT.gguf`.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.home_facts import FACTS, UNSEEN_SYSTEM_PROMPT

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
END = 2
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_QWEN2_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SECONDS = 60.0
_VOCABULARY = 700


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """A trained model, its tokenizer, and how well it answers under a prompt that it never saw (0..1)."""

    model: Any
    tokenizer: Any
    seconds: float
    exact: float


def tiny_gguf(folder: Path) -> Path:
    """Return a GGUF that knows `FACTS`, made now unless `folder` has one of the same code and facts."""
    sources = (
        Path(__file__),
        Path(__file__).with_name("home_facts.py"),
        Path(__file__).with_name("tiny_transformer.py"),
    )
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    path = folder / f"home-facts-{digest}.gguf"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{path.name}.{os.getpid()}"
        write_gguf(part, train())
        part.replace(path)
    return path


def train(seconds: float = _SECONDS) -> Trained:
    """Train until every answer is exact under random earlier text, at most `seconds` of computing."""
    import torch

    from tests.fakes.tiny_transformer import Qwen2, Shape

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = random.Random(0)
    tokenizer = _tokenizer()
    model = Qwen2(Shape(vocabulary=tokenizer.get_vocab_size()))
    rows = _Rows(tokenizer, chance)
    peak = 4e-3
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, betas=(0.9, 0.95), weight_decay=0.0)
    begun = time.process_time()
    step, good = 0, 0
    while good < 4 and time.process_time() - begun < seconds:
        step += 1
        for group in optimizer.param_groups:
            group["lr"] = peak * min(1.0, step / 20) * (0.3 if good or step > 300 else 1.0)
        loss, exact = _loss(model, rows.batch(20))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 20 == 0:
            with torch.no_grad():
                _, exact = _loss(model, rows.batch(80, longest=200))
            good = good + 1 if exact == 1.0 else 0
    with torch.no_grad():
        _, exact = _loss(model, rows.under(UNSEEN_SYSTEM_PROMPT))
    took = time.process_time() - begun
    torch.set_num_threads(threads)
    return Trained(model=model, tokenizer=tokenizer, seconds=took, exact=exact)


def write_gguf(path: Path, trained: Trained) -> None:
    """Write the trained model as F16 GGUF."""
    import numpy as np

    tensors = {}
    for name, value in trained.model.state_dict().items():
        array = value.detach().numpy()
        tensors[name] = array.astype(np.float16) if array.ndim > 1 else array.astype(np.float32)
    _write(path, trained.model.shape, tensors, *_vocabulary(trained.tokenizer), name="Home facts")


def random_gguf(path: Path, *, width: int = 512, layers: int = 8, vocabulary: int = 4000) -> Path:
    """Write a model of random weights with the same template: it says nonsense, slowly and without end."""
    import numpy as np

    from tests.fakes.tiny_transformer import Shape

    shape = Shape(vocabulary=vocabulary, width=width, layers=layers, heads=8, kv_heads=4, feed_forward=width * 3)
    chance = np.random.default_rng(0)
    keys = shape.kv_heads * shape.head_width
    sizes: dict[str, tuple[int, ...]] = {"token_embd.weight": (vocabulary, width), "output_norm.weight": (width,)}
    for layer in range(layers):
        sizes |= {
            f"blk.{layer}.{name}": size
            for name, size in {
                "attn_norm.weight": (width,),
                "attn_q.weight": (width, width),
                "attn_q.bias": (width,),
                "attn_k.weight": (keys, width),
                "attn_k.bias": (keys,),
                "attn_v.weight": (keys, width),
                "attn_v.bias": (keys,),
                "attn_output.weight": (width, width),
                "ffn_norm.weight": (width,),
                "ffn_gate.weight": (width * 3, width),
                "ffn_up.weight": (width * 3, width),
                "ffn_down.weight": (width, width * 3),
            }.items()
        }
    noise = (chance.standard_normal(1_000_003, dtype=np.float32) * 0.02).astype(np.float16)
    tensors = {
        name: np.resize(noise, size) if len(size) > 1 else np.ones(size, dtype=np.float32)
        for name, size in sizes.items()
    }
    # What one number says of every token, and the opposite of the marks: so no end ever comes by chance.
    tensors["token_embd.weight"][:, 0] = 16.0
    tensors["token_embd.weight"][: len(SPECIAL), 0] = -16.0
    tokens, merges = _vocabulary(_tokenizer())
    tokens += [f"[unused{number}]" for number in range(len(tokens), vocabulary)]
    _write(path, shape, tensors, tokens, merges, name="Random")
    return path


class _Rows:
    """Training rows: random earlier text, a question, and its answer."""

    def __init__(self, tokenizer: Any, chance: random.Random) -> None:
        self._encode = lambda text: tokenizer.encode(text).ids
        self._chance = chance
        self._size = tokenizer.get_vocab_size()
        self._pairs = [(self._turn("user", q), [*self._encode(a), END]) for q, a in FACTS]
        self._turns = [self._turn("user", q) + self._turn("assistant", a) for q, a in FACTS]
        self._opening = self._encode("<|im_start|>assistant\n")
        self._order: list[int] = []

    def batch(self, count: int, longest: int = 90) -> list[tuple[list[int], list[int]]]:
        """Return `count` rows of prompt and answer, of about the same length so that little is padded."""
        while len(self._order) < count:
            self._order += self._chance.sample(range(len(self._pairs)), len(self._pairs))
        picked, self._order = self._order[:count], self._order[count:]
        length = self._chance.choice((0, 0, 6, 20, 45, longest))
        return [self._row(self._pairs[index], self._earlier(length)) for index in picked]

    def under(self, system: str) -> list[tuple[list[int], list[int]]]:
        """Return every pair once, under one system prompt."""
        return [self._row(pair, self._turn("system", system)) for pair in self._pairs]

    def _row(self, pair: tuple[list[int], list[int]], earlier: list[int]) -> tuple[list[int], list[int]]:
        question, answer = pair
        return earlier + question + self._opening, answer

    def _earlier(self, length: int) -> list[int]:
        if not length:
            return []
        noise = [self._chance.randrange(len(SPECIAL), self._size) for _ in range(max(1, length - 8))]
        earlier = [*self._encode("<|im_start|>system\n"), *noise, *self._encode("<|im_end|>\n")]
        while length >= 45 and self._chance.random() < 0.5:
            earlier += self._chance.choice(self._turns)
        return earlier

    def _turn(self, role: str, text: str) -> list[int]:
        ids: list[int] = self._encode(f"<|im_start|>{role}\n{text}<|im_end|>\n")
        return ids


def _loss(model: Any, rows: Sequence[tuple[list[int], list[int]]]) -> tuple[Any, float]:
    """Return the loss on the answers and the share of rows whose every answer token would be chosen."""
    import torch

    length = max(len(prompt) + len(answer) for prompt, answer in rows)
    tokens = torch.zeros((len(rows), length), dtype=torch.long)
    wanted = torch.full((len(rows), length), -100)
    for index, (prompt, answer) in enumerate(rows):
        tokens[index, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
        wanted[index, len(prompt) - 1 : len(prompt) + len(answer) - 1] = torch.tensor(answer)
    hidden = model(tokens)
    asked = wanted != -100
    logits = model.logits(hidden[asked])
    loss = torch.nn.functional.cross_entropy(logits, wanted[asked])
    hits = torch.ones_like(wanted, dtype=torch.bool)
    hits[asked] = logits.argmax(-1) == wanted[asked]
    return loss, float(hits.all(1).float().mean())


def _tokenizer() -> Any:
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN2_WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    corpus = [text for pair in FACTS for text in pair] + ["system\n", "user\n", "assistant\n"] * 50
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def _vocabulary(tokenizer: Any) -> tuple[list[str], list[str]]:
    import json

    document = json.loads(tokenizer.to_str())
    names = {number: name for name, number in tokenizer.get_vocab(with_added_tokens=True).items()}
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in document["model"]["merges"]]
    return [names[number] for number in range(len(names))], merges


def _write(path: Path, shape: Any, tensors: dict[str, Any], tokens: list[str], merges: list[str], *, name: str) -> None:
    import gguf

    writer = gguf.GGUFWriter(str(path), "qwen2")
    writer.add_name(name)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if t in SPECIAL else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    for key, array in tensors.items():
        writer.add_tensor(key, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _main() -> None:
    trained = train()
    write_gguf(Path(sys.argv[1]), trained)
    sys.stdout.write(
        f"trained in {trained.seconds:.1f} s of computing, {trained.exact:.0%} exact under an unseen prompt\n"
    )


if __name__ == "__main__":
    _main()
