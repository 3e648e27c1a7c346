"""load_into_lazy loads all of a state, placeholders too, or nothing of it."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Shape,
    expect_same_values,
    is_same,
    shapes_of,
    values_of,
)
from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.load_into_lazy")


def waiting_net(sizes: list[int]) -> nn.Module:
    channels, hidden, out = sizes
    return nn.Sequential(
        nn.LazyConv2d(channels, 3),
        nn.BatchNorm2d(channels),
        nn.Sequential(nn.Flatten(), nn.LazyLinear(hidden), nn.ReLU()),
        nn.Linear(hidden, out),
    )


def trained_net(sizes: list[int]) -> nn.Module:
    """Return the ordinary network for images (2, 5, 5), with statistics."""
    channels, hidden, out = sizes
    net = nn.Sequential(
        nn.Conv2d(2, channels, 3),
        nn.BatchNorm2d(channels),
        nn.Sequential(nn.Flatten(), nn.Linear(9 * channels, hidden), nn.ReLU()),
        nn.Linear(hidden, out),
    )
    net(torch.randn(6, 2, 5, 5))
    return net.eval()


def load_and_run(
    ex: Any, build: Build, sizes: list[int], state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Shape | None], dict[str, Tensor], Tensor, dict[str, Tensor]]:
    net = build(sizes).eval()
    ex.load_into_lazy(net, state)
    shapes, loaded = shapes_of(net), values_of(net)
    y = net(x)
    return shapes, loaded, y, values_of(net)


def load_wrong(ex: Any, sizes: list[int], state: dict[str, Tensor]) -> None:
    ex.load_into_lazy(waiting_net(sizes), state)


def look_after_wrong(
    ex: Any, sizes: list[int], state: dict[str, Tensor]
) -> tuple[
    tuple[dict[str, Shape | None], dict[str, Tensor]],
    tuple[dict[str, Shape | None], dict[str, Tensor]],
]:
    net = waiting_net(sizes)
    before = shapes_of(net), values_of(net)
    try:
        ex.load_into_lazy(net, state)
    except NotImplementedError:  # not started
        raise
    except Exception:
        return before, (shapes_of(net), values_of(net))
    return before, (shapes_of(net), values_of(net))


def change_state_after_loading(
    ex: Any, sizes: list[int], state: dict[str, Tensor]
) -> dict[str, Tensor]:
    net = waiting_net(sizes)
    ex.load_into_lazy(net, state)
    for tensor in state.values():
        tensor.zero_()
    return values_of(net)


def train_after_loading(
    ex: Any, sizes: list[int], state: dict[str, Tensor], x: Tensor
) -> tuple[dict[str, Tensor], list[bool]]:
    net = waiting_net(sizes).eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    ex.load_into_lazy(net, state)
    trainable = [p.requires_grad for p in net.parameters()]
    net(x).sum().backward()
    optimizer.step()
    return values_of(net), trainable


def expect_loaded(
    values: dict[str, Tensor], state: dict[str, Tensor], fault: str, cause: str = ""
) -> None:
    expect_equal(sorted(values), sorted(state), fault)
    expect_same_values(
        {name: values[name] for name in state}, state, fault, cause or None
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("build", [waiting_net, trained_net])
def test_load_fills_placeholders_and_all_others(observe, rng, build):
    sizes = rng.sample(DISTINCT, 3)
    trained, x = trained_net(sizes), torch.randn(3, 2, 5, 5)
    state = dict(trained.state_dict())

    shapes, loaded, y, after = observe(
        load_and_run,
        build,
        sizes,
        state,
        x,
        call=say(
            "load_into_lazy({replace}, state); net(x)",
            replace=build.__name__.replace("_", " "),
        ),
    )

    expect_true(
        None not in shapes.values(),
        "load_into_lazy leaves placeholders.",
        expected="none",
        got=say("{count} placeholders", count=list(shapes.values()).count(None)),
    )
    expect_loaded(
        loaded,
        state,
        "load_into_lazy does not load all values of the state.",
        "a placeholder that is filled must get its values, too",
    )
    expect_loaded(after, state, "The first call after loading changes loaded values.")
    expect_close(
        y,
        trained(x),
        "After load_into_lazy, the outputs differ from the trained net's.",
    )


def drop_last(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return dict(list(state.items())[:-1])


def drop_lazy_bias(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: t for name, t in state.items() if name != "2.1.bias"}


def add_name(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "4.weight": torch.ones(2)}


def rename(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"module.{name}": tensor for name, tensor in state.items()}


def widen_last(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {**state, "3.bias": torch.cat([state["3.bias"], torch.ones(1)])}


@pytest.mark.weight(3)
@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (drop_last, "its last name missing"),
        (drop_lazy_bias, "the bias of a lazy layer missing"),
        (add_name, "a name too many"),
        (rename, "'module.' in front of all names"),
        (widen_last, "a bias of a wrong shape"),
    ],
    ids=["missing", "missing_lazy", "unexpected", "renamed", "shape"],
)
def test_load_loads_nothing_of_a_state_that_does_not_fit(observe, rng, spoil, what):
    sizes = rng.sample(DISTINCT, 3)
    state = spoil(dict(trained_net(sizes).state_dict()))
    call = say("load_into_lazy(net, state), {what}", what=what)

    raised = observe.error(load_wrong, sizes, state, call=call)
    before, after = observe(look_after_wrong, sizes, state, call=call)

    expect_error(
        raised,
        RuntimeError,
        "load_into_lazy takes a state that does not fit.",
        cause="strict=False, or a check of some names only, lets the rest pass",
    )
    expect_equal(
        after[0],
        before[0],
        "load_into_lazy fills placeholders from a state that does not fit.",
        slips={
            "load_state_dict loads what it can before it raises: check first": (
                lambda shapes: any(shapes.values())
            )
        },
    )
    expect_same_values(
        after[1],
        before[1],
        "load_into_lazy loads a part of a state that does not fit.",
        cause="load_state_dict loads what it can before it raises: check first",
    )


def test_load_copies_the_values(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    state = dict(trained_net(sizes).state_dict())

    values = observe(
        change_state_after_loading,
        sizes,
        state,
        call="load_into_lazy(net, state), then all tensors of state to zero",
    )

    expect_loaded(
        values,
        state,
        "The network changes with the state that was loaded.",
        "assign=True puts the tensors of the state themselves into the network",
    )


def test_load_keeps_the_parameters_of_an_optimizer(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    state = dict(trained_net(sizes).state_dict())

    values, trainable = observe(
        train_after_loading,
        sizes,
        state,
        torch.randn(3, 2, 5, 5),
        call="SGD(net.parameters()); load_into_lazy(net, state); a step of SGD",
    )

    expect_equal(trainable, [True] * 8, "After loading, parameters are not trainable.")
    last = values.get("3.bias", state["3.bias"])
    expect_true(
        not is_same(last, state["3.bias"]),
        "An optimizer made before load_into_lazy does not train the network.",
        expected="another last bias after the step",
        got="the loaded one",
        cause="assign=True and setattr put new parameters there: fill those there are",
    )
