"""Known benchmarks, through lm-evaluation-harness, on weights that Etude has loaded itself."""

from etude.benchmarks.scores import benchmark_scores, benchmarks_before

__all__ = ["benchmark_scores", "benchmarks_before"]
