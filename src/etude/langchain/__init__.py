"""Etude's parts in LangChain's hands, and LangChain's in Etude's (extra `langchain`)."""

from etude.langchain.bridge import approach_of, as_retriever, chat_model, chat_model_of
from etude.langchain.material import chunks_from, documents_from, write_documents

__all__ = [
    "approach_of",
    "as_retriever",
    "chat_model",
    "chat_model_of",
    "chunks_from",
    "documents_from",
    "write_documents",
]
