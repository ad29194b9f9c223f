"""Masks drawn eight at a time: the right share, the right scale, nothing else changed."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from forecasting.engine.neural.dropout import ByteDropout, with_byte_dropout


@given(share=st.floats(0.01, 0.95), shape=st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_what_is_kept_is_scaled_by_the_share_that_is_kept(share, shape):
    values = torch.ones(shape)
    found = ByteDropout(share)(values)
    rounded = round(share * 256) / 256
    kept = found[found != 0]
    assert found.shape == values.shape
    assert torch.allclose(kept, torch.full_like(kept, 1 / (1 - rounded)))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_as_many_are_left_out_as_asked_for(share):
    torch.manual_seed(0)
    zeros = (ByteDropout(share)(torch.ones(400, 1_000)) == 0).double()
    # 400,000 coins: three standard deviations are below 0.0024; rounding adds at most 1/512.
    assert zeros.mean().item() == pytest.approx(share, abs=0.0045)
    # No place within the eight masks of a number is special.
    by_place = zeros.reshape(-1, 8).mean(dim=0)
    assert by_place.numpy() == pytest.approx(share, abs=0.01)


def test_gradients_pass_where_values_did():
    torch.manual_seed(0)
    values = torch.randn(50, 3, requires_grad=True)
    found = ByteDropout(0.5)(values)
    found.sum().backward()
    assert torch.equal(values.grad != 0, found != 0)
    assert set(values.grad.unique().tolist()) == {0.0, 2.0}


def test_the_same_seed_draws_the_same_masks():
    drawn = []
    for _ in range(2):
        torch.manual_seed(3)
        drawn.append(ByteDropout(0.3)(torch.ones(101)))
    assert torch.equal(*drawn)


def test_answering_leaves_everything_in():
    values = torch.randn(5, 4)
    assert torch.equal(ByteDropout(0.9).eval()(values), values)


def test_half_precision_stays_half():
    assert ByteDropout(0.5)(torch.ones(9, dtype=torch.bfloat16)).dtype == torch.bfloat16


def test_every_dropout_of_a_network_is_replaced_and_no_weight_changes():
    inner = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.2))
    network = nn.ModuleDict({"a": inner, "b": nn.Dropout(0.4), "c": nn.ModuleList([nn.Dropout()])})
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    with_byte_dropout(network)
    found = [part for part in network.modules() if isinstance(part, nn.Dropout)]
    assert [type(part) for part in found] == [ByteDropout] * 3
    assert [part.p for part in found] == [0.2, 0.4, 0.5]
    assert all(torch.equal(before[n], t) for n, t in network.state_dict().items())
