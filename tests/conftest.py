"""What all tests share: no network, a cache of their own, and tiny bases made on the spot."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from etude.engine.base import Base, find_base
from etude.engine.random_base import ensure
from etude.environment import prepare_environment

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
CACHE = pytest.StashKey["TemporaryDirectory[str]"]()


def pytest_configure(config: pytest.Config) -> None:
    # Before any test module is imported; child processes inherit it.
    folder = TemporaryDirectory(prefix="etude-cache-")
    config.stash[CACHE] = folder
    os.environ["ETUDE_CACHE"] = folder.name
    os.environ["HF_HUB_OFFLINE"] = "1"
    prepare_environment()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[CACHE].cleanup()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real material that lies beside a checkout, where it does."""
    if not SHARED.is_dir():
        pytest.skip("no folder shared/data beside the checkout: real material is not at hand")
    return SHARED


@pytest.fixture(scope="session")
def llama_base() -> Base:
    """A decoder-only base of random weights."""
    return ensure(find_base("random-llama"))


@pytest.fixture(scope="session")
def t5_base() -> Base:
    """An encoder-decoder base of random weights."""
    return ensure(find_base("random-t5"))
