"""get_parameter follows a path, or names the first part of it that is wrong."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_error, expect_true, say
from parameters_helpers import DISTINCT, Scaled, expect_state_of, nested_net, tied_net

pytestmark = pytest.mark.exercise("parameters.get_parameter")


def find_all(ex: Any, net: nn.Module, paths: list[str]) -> list[Tensor]:
    return [ex.get_parameter(net, path) for path in paths]


def find_and_fill(ex: Any, net: nn.Module, path: str) -> tuple[bool, dict[str, Tensor]]:
    found = ex.get_parameter(net, path)
    trainable = isinstance(found, nn.Parameter)
    with torch.no_grad():
        found.fill_(7)
    return trainable, net.state_dict()


def find(ex: Any, net: nn.Module, path: str) -> Tensor:
    return ex.get_parameter(net, path)


def expect_found(found: list[Tensor], net: nn.Module, paths: list[str]) -> None:
    named = dict(net.named_parameters(remove_duplicate=False))
    for path, p in zip(paths, found, strict=True):
        expect_equal(
            p,
            named[path],
            say("get_parameter finds something else at {path}.", path=path),
        )


def test_get_parameter_follows_the_path_to_any_depth(observe, rng):
    net = Scaled(nested_net(rng))
    paths = [name for name, _ in net.named_parameters()]

    found = observe(
        find_all,
        net,
        paths,
        call=say("get_parameter(net, path) for {names}", names=", ".join(paths)),
    )

    expect_found(found, net, paths)


def test_get_parameter_gives_the_parameter_itself(observe, rng):
    net = nested_net(rng)
    path = rng.choice([name for name, _ in net.named_parameters()])

    trainable, state = observe(
        find_and_fill,
        net,
        path,
        call=say('get_parameter(net, "{path}").fill_(7)', path=path),
    )

    expect_state_of(state, net)
    expect_equal(
        state[path],
        torch.full_like(net.state_dict()[path], 7),
        "get_parameter gives a copy of the parameter.",
        slips={"clone() and deepcopy make new memory": lambda _: True},
    )
    expect_true(
        trainable,
        "get_parameter does not give the Parameter object.",
        expected="an nn.Parameter",
        got="a tensor that is none",
        cause="state_dict(), `.data` and detach() give plain tensors",
    )


def test_get_parameter_finds_a_shared_parameter_under_each_name(observe, rng):
    net = tied_net(rng)
    paths = ["first.weight", "again.weight", "again.bias", "other.weight"]

    found = observe(
        find_all,
        net,
        paths,
        call="get_parameter(net, path) for all names of shared parameters",
    )

    expect_found(found, net, paths)


def test_get_parameter_takes_names_that_are_no_python(observe, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = nn.ModuleDict({"layer-1": nn.Linear(a, b), "for": nn.Linear(b, a)})
    paths = ["layer-1.weight", "for.bias"]

    found = observe(
        find_all,
        net,
        paths,
        call=say("get_parameter(net, path) for {names}", names=", ".join(paths)),
    )

    expect_found(found, net, paths)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("path", "bad", "what"),
    [
        ("0.width", "width", "an attribute that is not there"),
        ("nonesuch.other.width", "nonesuch", "a module that is not there"),
        ("1.nonesuch.width", "nonesuch", "a module that is not there"),
        ("1.1.0.bias", "bias", "a bias that is None"),
        ("1.0.running_mean", "running_mean", "a buffer"),
        ("0.forward", "forward", "a method"),
        ("0.weight.data", "weight", "a tensor's attribute"),
        ("0.weight.zero_()", "weight", "code"),
    ],
)
def test_get_parameter_names_the_first_part_that_is_wrong(
    observe, rng, path, bad, what
):
    raised = observe.error(
        find,
        nested_net(rng),
        path,
        call=say('get_parameter(net, "{path}"), {what}', path=path, what=what),
    )

    expect_error(
        raised,
        AttributeError,
        say(
            "The path of {what} is not refused by AttributeError and the first bad "
            "part.",
            what=what,
        ),
        mentions=bad,
        cause="getattr on the way and eval also find what is no submodule and no "
        "parameter"
        if what in ("code", "a tensor's attribute")
        else say("{what} is no parameter: check with isinstance", what=what),
    )
    message = raised.message if raised else ""
    behind = path.partition(bad)[2].strip(".").split(".")
    expect_true(
        not any(part and part in message for part in behind),
        "The message names more than the first bad part.",
        expected=say("{bad} and nothing behind it", bad=repr(bad)),
        got=message,
        cause="the search ends at the first part that is not there",
    )


def test_get_parameter_refuses_the_path_of_a_module(observe, rng):
    raised = observe.error(
        find, nested_net(rng), "1.1.0", call='get_parameter(net, "1.1.0"), a module'
    )

    expect_error(
        raised,
        AttributeError,
        "The path of a module is not refused by AttributeError.",
        cause="the last part has to be an nn.Parameter: check with isinstance",
    )
