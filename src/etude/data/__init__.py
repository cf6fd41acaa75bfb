"""Raw material -> a frozen, hashed split. Only here are file formats known."""

from etude.data.documents import documents_of, read_documents
from etude.data.dump_cache import articles_of
from etude.data.dumps import read_articles
from etude.data.explore import explore
from etude.data.frozen import Data, read_data, read_dropped, read_remarks
from etude.data.prepare import Assembled, assemble, prepare
from etude.data.sources import SOURCES

__all__ = [
    "SOURCES",
    "Assembled",
    "Data",
    "articles_of",
    "assemble",
    "documents_of",
    "explore",
    "prepare",
    "read_articles",
    "read_data",
    "read_documents",
    "read_dropped",
    "read_remarks",
]
