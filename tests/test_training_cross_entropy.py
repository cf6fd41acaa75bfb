"""Cross-entropy in pieces is torch's own."""

from __future__ import annotations

import pytest
import torch

from etude.training import cross_entropy
from etude.training.cross_entropy import summed_cross_entropy


@pytest.mark.parametrize("classes", [3, 1000])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.float16])
def test_loss_and_gradient_are_torchs(
    classes: int, smoothing: float, kind: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        cross_entropy.PIECE, "cpu", 4 * classes
    )  # pieces of four rows, one of three
    drawn = torch.Generator().manual_seed(1)
    logits = (5 * torch.randn(23, classes, generator=drawn)).to(kind).requires_grad_()
    targets = torch.randint(0, classes, (23,), generator=drawn)
    scale = 2.0**10 / 23  # as a mean, times what fp16 is scaled by

    loss = summed_cross_entropy(logits, targets, smoothing)
    (loss * scale).backward()
    found, logits.grad = logits.grad, None
    reference = torch.nn.functional.cross_entropy(
        logits.float(), targets, reduction="sum", label_smoothing=smoothing
    )
    (reference * scale).backward()

    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(reference.item(), rel=1e-6)
    assert found is not None
    assert logits.grad is not None
    assert found.dtype == kind
    tight = {torch.float32: 5e-6, torch.bfloat16: 2.0**-7, torch.float16: 2.0**-10}[kind]
    torch.testing.assert_close(found, logits.grad, rtol=tight, atol=1e-5)


def test_extreme_logits_stay_numbers() -> None:
    logits = torch.tensor([[1e4, -1e4, 0.0], [-1e30, 0.0, 1.0]], requires_grad=True)
    targets = torch.tensor([1, 0])
    summed_cross_entropy(logits, targets).backward()
    reference = torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
    assert summed_cross_entropy(logits, targets).item() == pytest.approx(reference.item())
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_no_gradient_is_made_where_none_is_asked_for() -> None:
    logits = torch.randn(4, 5)
    with torch.no_grad():
        loss = summed_cross_entropy(logits.requires_grad_(), torch.zeros(4, dtype=torch.long))
    assert not loss.requires_grad


def test_a_second_backward_is_refused() -> None:
    logits = torch.randn(4, 5, requires_grad=True)
    loss = summed_cross_entropy(logits, torch.zeros(4, dtype=torch.long))
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
