"""What somebody else published on the same question, to stand beside what a study finds."""

from __future__ import annotations

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Name, Settings, choose

LOSSES = ("train_loss", "dev_loss")


class Figure(Settings):
    """One published number."""

    metric: str
    """A metric of Etude's, or `train_loss` or `dev_loss`."""
    value: float
    """The number, on the scale of that metric here (BLEU is 0 to 100)."""
    approach: Name
    """The approach of this study that it belongs beside."""
    epoch: float | None = Field(None, gt=0)
    """Of a loss: after so many epochs; at the end when not given."""
    note: str = ""
    """What else has to be known to read it."""

    @model_validator(mode="after")
    def epochs_are_of_losses(self) -> Figure:
        if self.epoch is not None and self.metric not in LOSSES:
            raise Misplaced(("epoch",), "only losses are of an epoch: remove this")
        return self


class Published(Settings):
    """Figures of a source, shown in the report beside those of this study."""

    source: str = Field(min_length=1)
    """Where they come from."""
    on: str = Field(min_length=1)
    """The model and the data they were measured on."""
    figures: tuple[Figure, ...] = Field(min_length=1)
    """The numbers."""

    def check(self, metrics: tuple[str, ...]) -> None:
        """Refuse a figure whose metric is none."""
        for place, figure in enumerate(self.figures):
            if figure.metric not in (*metrics, *LOSSES):
                hint = choose(figure.metric, (*metrics, *LOSSES))
                raise Misplaced(
                    ("published", "figures", str(place), "metric"),
                    f"there is no metric '{figure.metric}': {hint}",
                )
