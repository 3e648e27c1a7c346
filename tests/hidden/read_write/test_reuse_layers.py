"""reuse_layers copies the values of the layers that are named, and of no others."""

import contextlib
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from read_write_helpers import (
    DISTINCT,
    State,
    bits,
    expect_state,
    form,
    net_state,
    normed_net,
    train_once,
)

pytestmark = pytest.mark.exercise("read_write.reuse_layers")


def reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> tuple[list[str], State, State]:
    returned = ex.reuse_layers(source, target, names)
    return returned, source.state_dict(), target.state_dict()


def try_to_reuse(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> State:
    with contextlib.suppress(Exception):
        ex.reuse_layers(source, target, names)
    return target.state_dict()


def reuse_then_change_source(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str]
) -> State:
    ex.reuse_layers(source, target, names)
    with torch.no_grad():
        for tensor in source.state_dict().values():
            tensor.add_(1)
    return target.state_dict()


def reuse_then_train(
    ex: Any, source: nn.Module, target: nn.Module, names: list[str], x: Tensor
) -> State:
    optimizer = torch.optim.SGD(target.parameters(), lr=0.1)
    ex.reuse_layers(source, target, names)
    return train_once(target, optimizer, x)


def named_net(sizes: list[int]) -> nn.Module:
    """Return a network with the paths body.0, body.1, body.2 and head."""
    inner, hidden, out = sizes
    net = nn.Sequential()
    net.add_module("body", normed_net([inner, hidden, hidden]))
    net.add_module("head", nn.Linear(hidden, out))
    return net


def merged(target: nn.Module, source: nn.Module, names: list[str]) -> State:
    """Return the target's state with the named layers of the source."""
    state = net_state(target)
    for name, tensor in net_state(source).items():
        if any(name.startswith(f"{layer}.") for layer in names):
            state[name] = tensor
    return state


@pytest.mark.parametrize("names", [["head"], ["body.2", "body.1"], ["body"]], ids=str)
def test_reuse_copies_the_named_layers_and_no_other(observe, rng, names):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)

    returned, kept, state = observe(
        reuse,
        source,
        target,
        names,
        call=say("reuse_layers(source, target, {names})", names=names),
    )

    weights = {name for name, _ in target.named_parameters()}
    copied = merged(target, source, names)
    no_buffers = {
        name: copied[name] if name in weights else tensor
        for name, tensor in net_state(target).items()
    }
    expect_state(
        state,
        copied,
        "reuse_layers does not copy the named layers and nothing else.",
        slips={
            "the buffers of a layer are copied too; state_dict() has them": no_buffers,
            "nothing is copied": net_state(target),
            "all layers are copied": net_state(source),
        },
    )
    expect_equal(returned, names, "reuse_layers does not return the names.")
    expect_state(kept, net_state(source), "reuse_layers changes the source.")


def test_reuse_takes_a_name_as_a_whole(observe, rng):
    d = rng.choice(DISTINCT)
    source, target = (
        nn.Sequential(*(nn.Linear(d, d) for _ in range(12))) for _ in range(2)
    )

    _, _, state = observe(
        reuse, source, target, ["1"], call='reuse_layers(twelve layers, twelve, ["1"])'
    )

    expect_state(
        state,
        merged(target, source, ["1"]),
        "reuse_layers does not copy the named layer and nothing else.",
        slips={
            'layers 10 and 11 start with "1" too: compare with "1." or use '
            "get_submodule": merged(target, source, ["1", "10", "11"])
        },
    )


@pytest.mark.weight(2)
def test_reuse_copies_by_value(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)

    state = observe(
        reuse_then_change_source,
        source,
        target,
        ["body.0", "body.1"],
        call="reuse_layers(source, target, names); change source in place",
    )

    expected = merged(target, source, ["body.0", "body.1"])
    expect_true(
        form(state) == form(expected) and bits(state) == bits(expected),
        "Later changes of source reach into target.",
        expected="the values at the time of reuse_layers",
        got="others",
        cause="the networks share a layer or a tensor: copy values with "
        "load_state_dict or copy_",
    )


def test_reuse_keeps_the_optimizer_at_work(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    source, target = named_net(sizes), named_net(sizes)
    x, names = torch.randn(8, sizes[0]), ["body.0", "head"]

    state = observe(
        reuse_then_train,
        source,
        target,
        names,
        x,
        call="optimizer of target; reuse_layers(…); optimizer.step()",
    )

    start = merged(target, source, names)
    target.load_state_dict(start)
    expected = train_once(target, torch.optim.SGD(target.parameters(), lr=0.1), x)
    expect_equal(
        form(state), form(expected), "After reuse_layers, target has another form."
    )
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            say(
                "An optimizer made before reuse_layers does not train target's {name}.",
                name=name,
            ),
            slips={"new parameters take the place of target's own": start[name]},
        )


def unfit(how: str, sizes: list[int]) -> tuple[nn.Module, nn.Module, str]:
    """Return two networks and the name of a layer that they do not share."""
    _, hidden, out = sizes
    source, target = named_net(sizes), named_net(sizes)
    if how == "not in target":
        del target.head
    elif how == "not in source":
        del source.head
    elif how == "another width":
        source.head = nn.Linear(hidden, out + 1)
    elif how == "one row":
        source.head = nn.Linear(hidden, 1)
    else:
        source.head = nn.Linear(hidden, out, bias=False)
    return source, target, "head"


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "how", ["not in target", "not in source", "another width", "one row", "no bias"]
)
def test_reuse_refuses_layers_that_do_not_fit(observe, rng, how):
    source, target, bad = unfit(how, rng.sample(DISTINCT, 3))
    names = ["body.0", bad]
    call = say('reuse_layers(source, target, ["body.0", "head"]), head: {how}', how=how)

    raised = observe.error(reuse, source, target, names, call=call)
    state = observe(try_to_reuse, source, target, names, call=call)

    expect_error(
        raised,
        ValueError,
        "reuse_layers does not refuse a layer that does not fit.",
        mentions=bad,
        cause="what does not fit is passed over in silence, as strict=False does",
    )
    expect_state(
        state,
        net_state(target),
        "reuse_layers refuses a layer but has copied another one before.",
        slips={
            "check all names before the first copy": merged(target, source, ["body.0"])
        },
    )
