"""Makes small sentence models on the spot, in the real formats: XLM-RoBERTa folders and GGUF files.

Random weights, a real unigram tokenizer in BGE-M3's layout, `modules.json`, `sparse_linear.pt`. Imports torch and
transformers only inside functions.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SPARSE = "sparse_linear.pt"

SENTENCES = (
    "My dog is called Rex and he likes the beach.",
    "Mi perro se llama Rex y le gusta la playa.",
    "The flight to Lisbon leaves on Friday at nine.",
    "El vuelo a Lisboa sale el viernes a las nueve.",
    "Ana needs the report before the meeting.",
    "Ana necesita el informe antes de la reunión.",
)


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.Unigram(_vocabulary(), unk_id=3))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        cls_token="<s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=512,
    )
    fast.save_pretrained(str(folder))
    return fast


def _vocabulary() -> list[tuple[str, float]]:
    """Return pieces and their scores, each score once, so that every text has one best way of being cut."""
    words = dict.fromkeys(f"▁{word}" for sentence in SENTENCES for word in sentence.strip(".").split())
    letters = dict.fromkeys("▁" + "".join(SENTENCES).replace(" ", ""))
    pieces = [piece for piece in (*words, *letters) if len(piece) > 1 or piece in letters]
    special = [(name, 0.0) for name in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")]
    return special + [(piece, -4.0 - 0.01 * place - 6.0 * (len(piece) == 1)) for place, piece in enumerate(pieces)]


def _config(vocabulary: int, *, width: int, layers: int, labels: int = 0) -> Any:
    from transformers import XLMRobertaConfig

    more = {"num_labels": labels} if labels else {}
    return XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=max(4, width // 64),
        intermediate_size=4 * width,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
        layer_norm_eps=1e-5,
        initializer_range=0.2,
        **more,
    )


def bge_folder(folder: Path, *, width: int = 64, layers: int = 3, sparse: bool = True) -> Path:
    """Write an embedder in BGE-M3's layout: CLS pooling, normalised, with token weights unless `sparse` is False."""
    import torch
    from transformers import XLMRobertaModel

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    tokenizer = _tokenizer(folder)
    model = XLMRobertaModel(_config(len(tokenizer), width=width, layers=layers)).eval()
    model.save_pretrained(str(folder))
    kinds = ("models.Transformer", "models.Pooling", "models.Normalize")
    paths = ("", "1_Pooling", "2_Normalize")
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.{kind}"}
        for index, (kind, path) in enumerate(zip(kinds, paths, strict=True))
    ]
    pooling = {"word_embedding_dimension": width, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    _write(folder / "modules.json", modules)
    _write(folder / "1_Pooling" / "config.json", pooling)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    if sparse:
        layer = torch.nn.Linear(width, 1)
        with torch.no_grad():
            hidden = model(**tokenizer(SENTENCES[0], return_tensors="pt")).last_hidden_state
            torch.nn.init.normal_(layer.weight, std=0.3)
            # About half of the tokens shall have a weight.
            layer.bias -= layer(hidden).median()
        torch.save(layer.state_dict(), folder / SPARSE)
    return folder


def reranker_folder(folder: Path, *, width: int = 64, layers: int = 2) -> Path:
    """Write a cross-encoder in BGE's layout."""
    import torch
    from transformers import XLMRobertaForSequenceClassification

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(8)
    tokenizer = _tokenizer(folder)
    config = _config(len(tokenizer), width=width, layers=layers, labels=1)
    XLMRobertaForSequenceClassification(config).eval().save_pretrained(str(folder))
    return folder


def bge_gguf(folder: Path, path: Path, *, kind: str = "F16") -> Path:
    """Write the embedder of `bge_folder` as llama.cpp's converter does; matrices as `kind`, a name of gguf's types."""
    import gguf
    import numpy as np
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text())
    tokens = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_context_length(config["max_position_embeddings"] - 2)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.CLS)
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token for token, _ in tokens])
    writer.add_token_scores([score for _, score in tokens])
    writer.add_token_types([_TOKEN_KIND.get(token, 1) for token, _ in tokens])
    writer.add_add_space_prefix(True)
    writer.add_remove_extra_whitespaces(True)
    writer.add_token_type_count(1)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_sep_token_id(2)
    writer.add_pad_token_id(1)
    writer.add_unk_token_id(3)
    writer.add_mask_token_id(4)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    quantization = gguf.GGMLQuantizationType[kind]
    for name, array in load_file(folder / "model.safetensors").items():
        if (known := _gguf_name(name)) is None:
            continue
        values = array[2:] if known == "position_embd.weight" else array
        plain = values.ndim == 1 or known.startswith(("token_types", "position"))
        if plain:
            writer.add_tensor(known, values.astype(np.float32))
        else:
            writer.add_tensor(known, gguf.quantize(values.astype(np.float32), quantization), raw_dtype=quantization)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


_TOKEN_KIND = {"<s>": 3, "<pad>": 3, "</s>": 3, "<unk>": 2, "<mask>": 3}

_GGUF_NAMES = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}


def _gguf_name(name: str) -> str | None:
    stem, _, end = name.rpartition(".")
    if stem.startswith("encoder.layer."):
        number, part = stem.removeprefix("encoder.layer.").split(".", 1)
        return f"blk.{number}.{_GGUF_NAMES[part]}.{end}"
    return f"{_GGUF_NAMES[stem]}.{end}" if stem in _GGUF_NAMES else None


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def made_models(folder: Path) -> None:
    """Write `bge`, `bge.gguf` and `reranker` into `folder`."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    bge_folder(folder / "bge")
    bge_gguf(folder / "bge", folder / "bge.gguf")
    reranker_folder(folder / "reranker")


def expected(folder: Path) -> dict[str, Any]:
    """Return what transformers itself makes of `SENTENCES` with the models in `folder`: `dense` vectors of length 1,
    `sparse` weights as BGE-M3's authors take them, and the `scores` of all of them as answers to the first."""
    import torch
    from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer

    bge, judge = folder / "bge", folder / "reranker"
    tokenizer, model = AutoTokenizer.from_pretrained(bge), AutoModel.from_pretrained(bge).eval()
    state = torch.load(bge / SPARSE, weights_only=True)
    dense, sparse = [], []
    with torch.no_grad():
        for text in SENTENCES:
            read = tokenizer(text, return_tensors="pt")
            hidden = model(**read).last_hidden_state[0]
            dense.append(torch.nn.functional.normalize(hidden[0], dim=0).tolist())
            weights = torch.relu(hidden @ state["weight"][0] + state["bias"]).tolist()
            best: dict[int, float] = {}
            for token, weight in zip(read["input_ids"][0].tolist(), weights, strict=True):
                if token > 3 and weight > best.get(token, 0.0):
                    best[token] = weight
            sparse.append(best)
        pairs = AutoTokenizer.from_pretrained(judge)(
            [SENTENCES[0]] * len(SENTENCES), list(SENTENCES), padding=True, return_tensors="pt"
        )
        judged = AutoModelForSequenceClassification.from_pretrained(judge).eval()(**pairs).logits[:, 0]
    return {"dense": dense, "sparse": sparse, "scores": torch.sigmoid(judged).tolist()}
