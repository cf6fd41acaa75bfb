"""Documents -> pieces -> an index -> the passages for a question."""

from etude.retrieval.retriever import Found, Retriever

__all__ = ["Found", "Retriever"]
