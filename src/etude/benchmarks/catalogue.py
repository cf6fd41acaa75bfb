"""From the names in a study file to tasks that can be scored one by one, and their groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from etude.benchmarks.local import local_names, parts, write_group, write_local
from etude.config.benchmarks import Benchmarks
from etude.errors import UserError, nearest
from etude.store import fingerprint

PACKAGE = "lm_eval"
MISSING = (
    "benchmarks are scored by lm-evaluation-harness, which is an extra and is not installed: pip "
    "install 'etude[benchmarks]', or remove benchmarks from the study."
)
# Names that are not the harness's own, and what they stand for there.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "superglue": ("super-glue-lm-eval-v1",),
    "helm-lite": (  # of HELM's lite scenarios, those that the harness has
        "longbench_narrativeqa",
        "nq_open",
        "openbookqa",
        "mmlu",
        "hendrycks_math",
        "gsm8k",
        "legalbench",
        "medqa_4options",
        "wmt14",
    ),
}
FORMAT = 1  # raised by hand when a result means something else than before


@dataclass(frozen=True, slots=True)
class Leaf:
    """One task: its name, what decides its result besides the weights, and how it is made.

    `load` gives the harness's own task, or several where a group cannot be taken apart.
    """

    name: str
    key: str
    load: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that have a common score: `metrics` say which, and whether sizes weigh."""

    name: str
    tasks: tuple[str, ...]
    metrics: tuple[Mapping[str, Any], ...]


@dataclass(slots=True)
class Catalogue:
    """Everything that is to be scored."""

    leaves: dict[str, Leaf] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)


def check_benchmarks(asked: Benchmarks | None) -> None:
    """Refuse what can be known to be wrong without the harness or a model."""
    if asked is None:
        return
    if find_spec(PACKAGE) is None:
        raise UserError(MISSING)
    for name, files in asked.files.items():
        for task in asked.tasks:
            beginning = task.startswith(f"{name}_")
            if beginning and task not in (known := local_names(name, files)):
                raise UserError(f"benchmarks.tasks: there is no '{task}': {nearest(task, known)}")
        parts(name, files)


def catalogue(asked: Benchmarks, folder: Path) -> Catalogue:
    """Tasks and groups by their names; local ones are written to `folder`."""
    found = Catalogue()
    others: list[str] = []
    for name in asked.tasks or tuple(asked.files):
        source = next((one for one in asked.files if is_of(name, one)), None)
        if source is None:
            others += FAMILIES.get(name, (name,))
        else:
            add_local(found, asked, folder, source, name)
    if others:
        add_registered(found, asked, others)
    return found


def is_of(name: str, source: str) -> bool:
    """Whether a task's name is that of local files, or of one of their tasks."""
    return name == source or name.startswith(f"{source}_")


def add_local(found: Catalogue, asked: Benchmarks, folder: Path, source: str, name: str) -> None:
    """One task of local files, or all of them and their group."""
    files = asked.files[source]
    wanted = parts(source, files) if name == source else (name.removeprefix(f"{source}_"),)
    for part in wanted:
        settings, digest = write_local(folder, source, files, part)
        task = settings["task"]
        found.leaves[task] = Leaf(task, key(asked, task, digest), made(settings))
    if name == source:
        tasks = [f"{source}_{part}" for part in wanted]
        group = write_group(folder, source, files, tasks)
        found.groups[source] = Group(source, tuple(tasks), tuple(group["aggregate_metric_list"]))


def made(settings: Mapping[str, Any]) -> Callable[[], Mapping[str, Any]]:
    """The harness's task for a local task's settings."""

    def load() -> Mapping[str, Any]:
        from lm_eval.api.task import ConfigurableTask

        own = {**settings, "dataset_kwargs": {**settings["dataset_kwargs"], "cache_dir": cache()}}
        return {settings["task"]: ConfigurableTask(config=own)}

    return load


def cache() -> str:
    """Where `datasets` keeps its copy of local rows: they lie in the run folder already."""
    return str(Path(gettempdir()) / "etude-benchmarks")


def key(asked: Benchmarks, task: str, source: str) -> str:
    """What decides a task's result besides the weights."""
    return fingerprint(
        {
            "format": FORMAT,
            "task": task,
            "source": source,
            "limit": asked.limit,
            "shots": asked.shots,
            "chat": asked.chat,
        }
    )


def add_registered(found: Catalogue, asked: Benchmarks, names: Sequence[str]) -> None:
    """Tasks, groups and tags that the harness knows by name; reading its list takes seconds."""
    from lm_eval.tasks import TaskManager

    manager = TaskManager()
    source = f"lm_eval {version(PACKAGE)}"
    for name in names:
        if name not in manager.task_index:
            known = [*manager.all_groups, *manager.all_tags, *FAMILIES, *asked.files]
            near = nearest(name, [*manager.all_tasks, *asked.files]).partition(" Known:")[0]
            hint = near if near.startswith("did") else f"{len(known):,} groups are known to it."
            raise UserError(
                f"benchmarks.tasks: '{name}' is neither a task of lm-evaluation-harness nor one of "
                f"benchmarks.files; {hint}"
            )
        for leaf in leaves(manager, name, found):
            load = loader(manager, leaf, online=asked.online)
            found.leaves.setdefault(leaf, Leaf(leaf, key(asked, leaf, source), load))


def leaves(manager: Any, name: str, found: Catalogue) -> Iterator[str]:
    """Names of the tasks below a name; groups on the way are noted.

    A group that changes its tasks' settings stays whole: it is loaded in one piece.
    """
    entry = manager.task_index[name]
    kind = entry.kind.name
    if kind == "TAG":
        for task in sorted(entry.tags):
            yield from leaves(manager, task, found)
    elif kind == "GROUP" and is_plain(entry.cfg):
        below = [task for child in entry.cfg["task"] for task in leaves(manager, child, found)]
        metrics = entry.cfg.get("aggregate_metric_list") or []
        metrics = [metrics] if isinstance(metrics, Mapping) else metrics
        if metrics:
            found.groups[name] = Group(name, tuple(below), tuple(metrics))
        yield from below
    else:
        yield name


def is_plain(group: Mapping[str, Any]) -> bool:
    """Whether a group is a list of names and nothing that its tasks would take over."""
    plain = {"group", "group_alias", "task", "aggregate_metric_list", "metadata", "tag"}
    members = group.get("task")
    listed = isinstance(members, list) and all(isinstance(item, str) for item in members)
    return listed and set(group) <= plain


def loader(manager: Any, name: str, *, online: bool) -> Callable[[], Mapping[str, Any]]:
    """The harness's task with its documents, from this machine or from the hub."""

    def load() -> Mapping[str, Any]:
        try:
            tasks: Mapping[str, Any] = manager.load([name])["tasks"]
        except OSError as error:  # no connection, or none allowed
            if online:
                raise UserError(
                    f"benchmarks: the data of {name} could not be fetched: {error}."
                ) from error
            raise UserError(
                f"benchmarks: the data of {name} is not on this machine, and nothing is fetched "
                "unless asked for: set benchmarks.online: true, or give local files under "
                "benchmarks.files."
            ) from error
        except ImportError as error:
            raise UserError(f"benchmarks: {name} needs a package: {error}.") from error
        return tasks

    return load
