"""A network's parameters come back in place, or a file that does not fit is refused."""

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from read_write_helpers import (
    DISTINCT,
    State,
    expect_same,
    expect_state,
    form,
    net_state,
    normed_net,
    read_plainly,
    train_once,
)

pytestmark = pytest.mark.exercise("read_write.save_parameters")


NOT_A_NETWORK = "save net.state_dict(): a pickled network needs its class to load"


def save_parameters_and_read(ex: Any, net: nn.Module) -> State | str:
    with TemporaryDirectory() as folder:
        path = f"{folder}/net.pt"
        ex.save_parameters(net, path)
        return read_plainly(path)


def load_parameters_into(ex: Any, net: nn.Module, state: State) -> State:
    with TemporaryDirectory() as folder:
        path = Path(folder, "net.pt")
        torch.save(state, path)
        ex.load_parameters(net, path)
    return net.state_dict()


def try_to_load_parameters(ex: Any, net: nn.Module, state: State) -> State:
    with contextlib.suppress(Exception):
        load_parameters_into(ex, net, state)
    return net.state_dict()


def load_then_train(ex: Any, net: nn.Module, state: State, x: Tensor) -> State:
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    load_parameters_into(ex, net, state)
    return train_once(net, optimizer, x)


def exchange_parameters(
    ex: Any, one: nn.Module, two: nn.Module, into: nn.Module
) -> tuple[State, State]:
    with TemporaryDirectory() as folder:
        first, second, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_parameters(one, first)
        ex.save_parameters(two, second)
        first.rename(moved)
        ex.load_parameters(into, moved)
        return net_state(into), net_state(one)


def spoil(state: State, how: str) -> State:
    """Return a state dict that does not fit any more, wrong at its end."""
    spoilt = dict(state)
    if how == "missing":
        del spoilt["2.bias"]
    elif how == "unknown":
        spoilt["3.bias"] = torch.zeros(2)
    elif how == "row":
        spoilt["2.weight"] = spoilt["2.weight"][:1].clone()
    else:
        spoilt["2.weight"] = spoilt["2.weight"].T.contiguous()
    return spoilt


SPOILT = {
    "missing": "a file without 2.bias",
    "unknown": "a file with a 3.bias besides",
    "row": "a file with one row of 2.weight",
    "turned": "a file with 2.weight transposed",
}


def test_save_parameters_writes_the_state_dict(observe, rng):
    net = normed_net(rng.sample(DISTINCT, 3))

    saved = observe(
        save_parameters_and_read,
        net,
        call="save_parameters(net, path); torch.load(path, weights_only=True)",
    )

    expect_true(
        not isinstance(saved, str),
        "torch.load(path, weights_only=True) does not read the saved file.",
        expected="the state dict",
        got=str(saved),
        cause=NOT_A_NETWORK if "refuses" in saved else None,
    )
    expect_same(
        saved,
        dict(net.state_dict()),
        "The file does not hold the state dict.",
        slips={
            "net.parameters() leaves out the buffers; net.state_dict() has them": (
                lambda names: "0.weight" in names and "1.running_mean" not in names
            )
        },
    )


def test_load_parameters_fills_the_network(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    trained, net = normed_net(sizes), normed_net(sizes)

    state = observe(
        load_parameters_into, net, net_state(trained), call="load_parameters(net, path)"
    )

    buffers = {name for name, _ in net.named_buffers()}
    only_parameters = {
        name: (net if name in buffers else trained).state_dict()[name] for name in state
    }
    expect_state(
        state,
        net_state(trained),
        "After load_parameters, the network is not as the file says.",
        slips={
            "the network is as before: nothing is copied into it": net_state(net),
            "the buffers are not loaded": only_parameters,
        },
    )


def test_parameters_come_back_from_a_file_that_was_moved(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    one, two, into = (normed_net(sizes) for _ in range(3))

    filled, kept = observe(
        exchange_parameters,
        one,
        two,
        into,
        call="save_parameters of two networks, rename the first file, load it",
    )

    expect_state(filled, net_state(one), "The file does not give its network back.")
    expect_state(kept, net_state(one), "Saving changes the network that is saved.")


def test_load_parameters_keeps_the_optimizer_at_work(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    trained, net = normed_net(sizes), normed_net(sizes)
    x = torch.randn(8, sizes[0])

    state = observe(
        load_then_train,
        net,
        net_state(trained),
        x,
        call="optimizer of net; load_parameters(net, path); optimizer.step()",
    )

    start = net_state(trained)
    expected = train_once(trained, torch.optim.SGD(trained.parameters(), lr=0.1), x)
    expect_equal(
        form(state), form(expected), "After loading, the network has another form."
    )
    for name, value in expected.items():
        expect_close(
            state[name],
            value,
            say(
                "An optimizer made before load_parameters does not train {name}.",
                name=name,
            ),
            slips={"new parameters take the place of net's own: copy": start[name]},
        )


@pytest.mark.weight(2)
@pytest.mark.parametrize("how", SPOILT)
def test_load_parameters_refuses_a_file_that_does_not_fit(observe, rng, how):
    sizes = rng.sample(DISTINCT, 3)
    net, state = normed_net(sizes), spoil(net_state(normed_net(sizes)), how)
    call = say("load_parameters(net, path) with {SPOILT}", SPOILT=SPOILT[how])

    raised = observe.error(load_parameters_into, net, state, call=call)
    after = observe(try_to_load_parameters, net, state, call=call)

    expect_error(
        raised,
        ValueError,
        "load_parameters does not refuse a file that does not fit.",
        cause="strict=False, or a loop over the names that both have, skips the rest",
    )
    expect_state(
        after,
        net_state(net),
        "The file is refused, but the network is not as it was.",
        slips={"check all names and shapes before the first copy": after},
    )
