"""A real Whisper model folder that always hears the same sentence, built with numpy in about a second.

Every block of the network is silent and the position embeddings choose the tokens, so loading, language detection and
decoding all run for real while the words are known. About 7 MB, multilingual.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

WIDTH = 32
VOCABULARY = 51865

_POSITIONS = 448
_MELS = 80
_TIMESTAMPS = 1501


def canned_whisper(folder: Path, text: str, language: str = "en", *, whole_words: bool = False) -> Path:
    """Write the model that hears `text` in `language` into `folder` and return it.

    A token is a letter, or with `whole_words` each word of `text`, about as many as in a real model.
    """
    from ctranslate2.specs import WhisperSpec

    folder.mkdir(parents=True)
    tokens, merges = whisper_tokens(text if whole_words else "")
    ids = {token: number for number, token in enumerate(tokens)}
    tokenizer = whisper_tokenizer(tokens, merges)
    tokenizer.save(str(folder / "tokenizer.json"))
    said = tokenizer.encode(" " + text, add_special_tokens=False).ids
    spec = WhisperSpec(1, 2, 1, 2)
    _fill_encoder(spec.encoder)
    _fill_decoder(spec.decoder, {0: ids[f"<|{language}|>"], **dict(enumerate(said, 3))}, ids["<|endoftext|>"])
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{code}|>"] for code in whisper_languages()]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    shape = {"feature_size": _MELS, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(shape))
    return folder


def whisper_languages() -> list[str]:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    return list(_LANGUAGE_CODES[:99])


def whisper_tokens(whole: str = "") -> tuple[list[str], list[tuple[str, str]]]:
    letters = _byte_letters()
    # Without these the bare space would be one of the suppressed symbols.
    merges = [("Ġ", chr(code)) for code in range(33, 127)] + [("Ġ", "Ġ")]
    for word in whole.split():
        spelled = ["Ġ", *(letters[byte] for byte in word.encode())]
        steps = [("".join(spelled[:end]), spelled[end]) for end in range(1, len(spelled))]
        merges += [step for step in steps if step not in merges]
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in whisper_languages())]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    special += ["<|notimestamps|>", *(f"<|{0.02 * step:.2f}|>" for step in range(_TIMESTAMPS))]
    words = [*letters, *(left + right for left, right in merges)]
    unused = [f"unused{number}" for number in range(VOCABULARY - len(words) - len(special) - 1)]
    # CTranslate2 knows a multilingual Whisper by its empty token.
    return [*words, *unused, "", *special], merges


def whisper_tokenizer(tokens: list[str], merges: list[tuple[str, str]]):
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    first_special = tokens.index("<|endoftext|>")
    first_time = tokens.index("<|0.00|>")
    model = models.BPE(vocab={token: number for number, token in enumerate(tokens[:first_special])}, merges=merges)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in tokens[first_special:first_time]])
    tokenizer.add_tokens([AddedToken(token, special=False) for token in tokens[first_time:]])
    return tokenizer


def _byte_letters() -> list[str]:
    """Return the letter that stands for each byte, as GPT-2's byte-level tokenizers have it."""
    visible = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = iter(range(256, 512))
    return [chr(byte) if byte in visible else chr(next(hidden)) for byte in range(256)]


def _fill_encoder(encoder) -> None:
    encoder.conv1.weight, encoder.conv1.bias = _zeros(WIDTH, _MELS, 3), _zeros(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = _zeros(WIDTH, WIDTH, 3), _zeros(WIDTH)
    encoder.position_encodings.encodings = np.random.default_rng(2).standard_normal((1500, WIDTH)).astype(np.float32)
    _normalise(encoder.layer_norm)
    for layer in encoder.layer:
        _silence_attention(layer.self_attention)
        _silence_ffn(layer.ffn)


def _fill_decoder(decoder, chosen: dict[int, int], otherwise: int) -> None:
    """Let position `p` be followed by token `chosen[p]`, any other by `otherwise`."""
    embeddings = np.random.default_rng(1).standard_normal((VOCABULARY, WIDTH)).astype(np.float32)
    embeddings -= embeddings.mean(axis=1, keepdims=True)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    decoder.embeddings.weight = embeddings
    decoder.projection.weight = embeddings
    decoder.position_encodings.encodings = np.stack(
        [40 * embeddings[chosen.get(position, otherwise)] for position in range(_POSITIONS)]
    )
    _normalise(decoder.layer_norm, 8.0)
    for layer in decoder.layer:
        _silence_attention(layer.self_attention)
        _silence_attention(layer.attention)
        _silence_ffn(layer.ffn)


def _silence_attention(attention) -> None:
    _normalise(attention.layer_norm)
    sizes = [3 * WIDTH, WIDTH] if len(attention.linear) == 2 else [WIDTH, 2 * WIDTH, WIDTH]
    for linear, size in zip(attention.linear, sizes, strict=True):
        linear.weight, linear.bias = _zeros(size, WIDTH), _zeros(size)


def _silence_ffn(ffn) -> None:
    _normalise(ffn.layer_norm)
    for linear in (ffn.linear_0, ffn.linear_1):
        linear.weight, linear.bias = _zeros(WIDTH, WIDTH), _zeros(WIDTH)


def _normalise(layer_norm, gain: float = 1.0) -> None:
    layer_norm.gamma, layer_norm.beta = np.full(WIDTH, gain, np.float32), _zeros(WIDTH)


def _zeros(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)
