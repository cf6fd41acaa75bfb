"""What answers cost in money, as the user says."""

from __future__ import annotations

from pydantic import Field, model_validator

from etude.config.settings import Misplaced, Settings


class Prices(Settings):
    """What time and tokens cost; the report then says what 1,000 answers cost.

    What is given is added up: for a machine of one's own or a rented one, its hour; for a service,
    its tokens.
    """

    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    """ISO 4217 code that amounts are written with."""
    hour: float | None = Field(None, ge=0)
    """An hour of the machine, for tuning and for answering."""
    million_prompt_tokens: float | None = Field(None, ge=0)
    """A million tokens that the model reads."""
    million_answer_tokens: float | None = Field(None, ge=0)
    """A million tokens that the model writes."""

    @model_validator(mode="after")
    def something_has_a_price(self) -> Prices:
        if self.hour is self.million_prompt_tokens is self.million_answer_tokens is None:
            raise Misplaced(
                ("hour",),
                "nothing has a price: set hour, million_prompt_tokens or million_answer_tokens, "
                "or remove prices",
            )
        return self
