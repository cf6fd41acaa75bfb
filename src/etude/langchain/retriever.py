"""A retriever of ours as LangChain's."""

from __future__ import annotations

from threading import Lock
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import PrivateAttr

from etude.records import Hit


class EtudeRetriever(BaseRetriever):
    """Passages for a question.

    LangChain's own `ainvoke` and `batch` ask from several threads; one question is searched at a
    time, since an index makes no promise about threads.
    """

    retriever: Any  # a Protocol, which pydantic cannot check
    k: int = 5
    _alone: Lock = PrivateAttr(default_factory=Lock)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager  # nothing is reported between question and passages
        with self._alone:
            (found,) = self.retriever.search([query], self.k)
        return [as_document(item) for item in found]


def as_document(found: Hit) -> Document:
    """A piece that was found, with its id; the score and where it stands in the metadata."""
    chunk = found.chunk
    own = {
        "document": chunk.document,
        "title": chunk.title,
        "start": chunk.start,
        "end": chunk.end,
        "score": found.score,
    }
    return Document(id=chunk.id, page_content=chunk.text, metadata={**chunk.metadata, **own})
