"""What tests of retrieval share: a few documents, a slow BM25, a tiny cross-encoder."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

from etude.config.retrieving import VectorEncoder
from etude.records import Document
from etude.retrieval.analysis import analyser, terms
from etude.retrieval.vectors import find_encoder

DOCUMENTS = [
    Document("rio", "Rio Tejo", "O Tejo nasce em Espanha.\n\nDesagua em Lisboa.", {"url": "u"}),
    Document("mar", "Mar", "O mar é salgado."),
    Document("nada", "Nada", "  "),
]
MANY = [Document(f"d{number}", "", f"palavra{number} comum") for number in range(65)]


def slow_bm25(
    texts: dict[str, str], question: str, k1: float = 1.2, b: float = 0.75
) -> list[tuple[str, float]]:
    """The formula, word for word."""
    analyse = analyser("pt")
    counts = {name: Counter(terms(text, analyse)) for name, text in texts.items()}
    mean = sum(count.total() for count in counts.values()) / len(counts) or 1
    scores = {}
    for name, count in counts.items():
        score = 0.0
        for term in terms(question, analyse):
            holding = sum(term in other for other in counts.values())
            idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            norm = k1 * (1 - b + b * count.total() / mean)
            score += idf * count[term] * (k1 + 1) / (count[term] + norm) if count[term] else 0
        if score:
            scores[name] = score
    return sorted(scores.items(), key=lambda item: (-round(item[1], 9), item[0]))


def make_cross_encoder(folder: Path) -> Path:
    """A tiny BERT with random weights: its order is arbitrary, but it is an order."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(find_encoder(VectorEncoder(base="minilm")).folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, num_labels=1, max_position_embeddings=64, initializer_range=1.0,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
