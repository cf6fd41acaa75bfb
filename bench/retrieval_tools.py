"""Each tool as one function: index documents in a folder, say how large that is, and search.

All of them stem and leave out stop words as Portuguese, each with its own means, because that is
what decides how well they find (an English analyser loses five of a hundred questions of FaQuAD).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from etude.config.retrieving import Retrieve
from etude.records import Document
from etude.store import folder_size

Search = Callable[[str, int], list[str]]  # a question and k -> ids of documents, the best first


def _ours(store: str) -> Callable[[Sequence[Document], Path, int], tuple[int, Search]]:
    def index(documents: Sequence[Document], folder: Path, size: int) -> tuple[int, Search]:
        from etude.retrieval.opening import open_retriever

        chosen = Retrieve(documents="x", chunk={"size": size}, store=store)  # type: ignore[arg-type] # settings as a file has them
        retriever = open_retriever(chosen, documents, folder, language="pt")

        def search(question: str, k: int) -> list[str]:
            found = retriever.search([question], k)[0]
            return [item.chunk.document for item in found]

        return folder_size(folder), search

    return index


def bm25s(documents: Sequence[Document], folder: Path, size: int) -> tuple[int, Search]:
    """bm25s 0.3 with PyStemmer, Lucene's variant."""
    import bm25s as library
    import Stemmer

    stemmer = Stemmer.Stemmer("portuguese")
    texts = [f"{document.title}\n{document.text}" for document in documents]
    tokens = library.tokenize(texts, stopwords="pt", stemmer=stemmer, show_progress=False)
    index = library.BM25(k1=1.2, b=0.75, method="lucene")
    index.index(tokens, show_progress=False)
    index.save(folder, corpus=texts)

    def search(question: str, k: int) -> list[str]:
        asked = library.tokenize(
            question, stopwords="pt", stemmer=stemmer, show_progress=False, return_ids=False
        )
        found, _ = index.retrieve(asked, k=k, show_progress=False)
        return [documents[row].id for row in found[0]]

    return folder_size(folder), search


def tantivy(documents: Sequence[Document], folder: Path, size: int) -> tuple[int, Search]:
    """tantivy 0.27 in one thread, with its Portuguese stemmer and stop words, text stored."""
    import tantivy as library

    builder = library.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", stored=True, tokenizer_name="portuguese")
    index = library.Index(builder.build(), path=str(folder))
    analyser = library.TextAnalyzerBuilder(library.Tokenizer.simple())
    for part in (
        library.Filter.lowercase(),
        library.Filter.stopword("portuguese"),
        library.Filter.stemmer("portuguese"),
        library.Filter.ascii_fold(),
    ):
        analyser = analyser.filter(part)
    index.register_tokenizer("portuguese", analyser.build())
    writer = index.writer(heap_size=256_000_000, num_threads=1)
    for document in documents:
        text = f"{document.title}\n{document.text}"
        writer.add_document(library.Document(id=document.id, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(question: str, k: int) -> list[str]:
        # Its parser takes quotation marks and colons for syntax.
        query = index.parse_query(" ".join(re.findall(r"\w+", question.lower())), ["text"])
        hits = searcher.search(query, k).hits
        return [searcher.doc(address)["id"][0] for _, address in hits]

    return folder_size(folder), search


TOOLS: dict[str, Callable[[Sequence[Document], Path, int], tuple[int, Search]]] = {
    "etude": _ours("memory"),
    "etude-lancedb": _ours("lancedb"),
    "bm25s": bm25s,
    "tantivy": tantivy,
}
