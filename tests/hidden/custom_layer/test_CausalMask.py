"""CausalMask hides the future from scores, by a buffer that is not saved."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, call_and_pull_back, in_turn, sweep_call
from grader.observe import DTYPES, MODULES, TENSORS, Module, draw_name, say

pytestmark = pytest.mark.exercise("custom_layer.CausalMask")

MASK = Module("CausalMask", filled=False)


def state_of_mask(
    ex: Any, max_len: int, other: nn.Module
) -> tuple[list[str], list[str], list[str]]:
    """Return what of a layer and of another one is saved and trained; and devices."""
    layer = ex.CausalMask(max_len)
    layer(torch.zeros(max_len, max_len))
    both = nn.Sequential(layer, other)
    names, parameters = list(both.state_dict()), list(dict(both.named_parameters()))
    devices = [b.device.type for b in layer.to("meta").buffers()]
    if devices:
        devices.append(layer(torch.zeros(1, 1, device="meta")).device.type)
    return names, parameters, sorted(set(devices))


def masked(scores: Tensor, diagonal: int = 1) -> Tensor:
    n = scores.shape[-1]
    rows, places = torch.arange(n).unsqueeze(1), torch.arange(n)
    return torch.where(places - rows >= diagonal, -torch.inf, scores)


@pytest.mark.weight(2)
@pytest.mark.parametrize("spare", [0, 3], ids=["longest", "shorter"])
def test_causal_mask_hides_what_is_above_the_diagonal(sweep, rng, spare):
    n = rng.choice(DISTINCT)
    scores = torch.randn(*rng.sample(DISTINCT, 2), n, n)
    upper = torch.ones(n, n).triu(1).bool()

    sweep_call(
        sweep,
        (MASK, [n + spare], None, scores),
        call=say("CausalMask({n})(scores) with scores {x}", n=n + spare, x=scores),
        fault="CausalMask does not put -inf above the diagonal, and there alone.",
        slips={
            "the diagonal is to be kept: a query sees its own key": masked(scores, 0),
            "the past is hidden, not the future: -inf belongs above the diagonal": (
                masked(scores.mT).mT
            ),
            "0 * -inf is NaN: fill with -inf, do not multiply": (
                lambda y: bool(y.isnan().any())
            ),
            "a large negative number is not -inf": (
                lambda y: -torch.inf < y[..., upper].min() <= y[..., upper].max() < -1e3
            ),
            "after softmax, a score of 0 is not hidden: -inf is": (
                scores.masked_fill(upper, 0)
            ),
            "the mask is returned, not the masked scores": (
                lambda y: y.isinf().logical_xor(y == 0).all()
            ),
        },
    )


def test_causal_mask_refuses_what_is_too_long_alone(sweep, rng):
    n = rng.choice(DISTINCT)

    def case(max_len: int, positions: int, *lead: int) -> tuple[Any, ...]:
        drawn = torch.randn(2, *lead, positions, positions)
        return MASK, [max_len], *drawn.unbind()

    sweep.cases(
        call_and_pull_back,
        {
            "for max_len positions": case(n, n, 2),
            "for a batch larger than max_len": case(n, n, n + 2),
            "for more heads than max_len": case(n, n, 1, n + 2),
            "for one position more": case(n, n + 1, 2),
            "for two positions more": case(n, n + 2),
            "for an empty batch of more positions": case(n, n + 1, 0),
            "for a max_len of 1": case(1, 1, 2),
            "for two positions and a max_len of 1": case(1, 2, 2),
        },
        call=say("CausalMask({n})(scores)", n=n),
        raises=(ValueError,),
        because={
            "for one position more": "nothing compares their number with max_len",
            "for two positions and a max_len of 1": "a mask of one entry broadcasts",
        },
    )


@pytest.mark.weight(2)
def test_causal_mask_is_a_buffer_that_is_not_saved(sweep, rng):
    n, other = rng.choice(DISTINCT), nn.ParameterDict({draw_name(rng): torch.ones(1)})

    sweep.cases(
        state_of_mask,
        {"": (n, other)},
        call=say("CausalMask({n}).state_dict(), and its buffers after to('meta')", n=n),
        fault="CausalMask has parameters, or its mask is in the state dict, or does "
        "not follow the layer to other devices.",
        slips={
            "a mask is not trained: make it a buffer": lambda seen: len(seen[1]) > 1,
            "persistent=False leaves a buffer out of it": lambda seen: len(seen[0]) > 1,
            "a tensor assigned to self stays where it is: register_buffer moves it": (
                lambda seen: not seen[2]
            ),
        },
        causes={"on device meta|meta tensor": "the mask is made anew, on the CPU"},
    )


def test_causal_mask_takes_scores_of_every_kind(sweep, rng):
    n = rng.choice(DISTINCT)
    for positions in (n, 1, 0):
        few = "plain", "deep", *DTYPES
        sweep(
            MASK,
            n,
            inputs=lambda *lead, k=positions: (torch.randn(*lead, k, k),),
            columns=(*TENSORS, "odd_half", *MODULES) if positions == n else few,
            call=say("CausalMask({n})(scores), {k} positions", n=n, k=positions),
        )
    scores = torch.randn(2, n, n)
    mixed = {"for float16 after float32": (MASK, [n], scores, scores.half())}
    sweep.cases(in_turn, mixed, call="mask(scores); mask(scores.half())")


def test_causal_mask_hides_whatever_was_there(sweep, rng):
    n = rng.choice(DISTINCT)
    scores, inf = torch.randn(n, n), torch.full((n, n), torch.inf)
    call = say("y = CausalMask({n})(scores); y.backward(…)", n=n)
    kinds = {
        "for infinite scores": inf,
        "for scores of -inf": -inf,
        "for NaN": inf - inf,
        "for ordinary scores": scores,
    }

    sweep.cases(
        call_and_pull_back,
        {when: (MASK, [n], scores, kind) for when, kind in kinds.items()},
        call=call,
    )
