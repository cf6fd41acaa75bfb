"""Documents -> pieces -> an index -> the passages for a question."""

from etude.retrieval.retriever import Retriever

__all__ = ["Retriever"]
