"""MiniModule walks its tree, switches modes and calls hooks as nn.Module does."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true
from model_construction_helpers import DISTINCT, names_of

pytestmark = pytest.mark.exercise("model_construction.MiniModule")


def node_class(ex: Any) -> type:
    class Node(ex.MiniModule):
        """Takes its attributes in the order given; forward adds its arguments."""

        # no annotations: cloudpickle does not send names that only they mention
        def __init__(self, **attributes):
            super().__init__()
            for name, value in attributes.items():
                setattr(self, name, value)

        def forward(self, *args):
            return sum(args)

    return Node


def parameters_of_tree(ex: Any, tensors: list[Tensor]) -> list[tuple[str, Tensor]]:
    node = node_class(ex)
    a, b, c, d, e, f = tensors
    inner = node(weight=a, scale=b)
    blocks = [node(weight=c), node(inner=node(weight=d))]
    net = node(inner=inner, blocks=blocks, own=e, tables=[f])
    return list(net.named_parameters())


def parameters_of_shared(
    ex: Any, tensors: list[Tensor]
) -> tuple[list[tuple[str, Tensor]], dict[str, Tensor]]:
    node = node_class(ex)
    a, b = tensors
    twice = node(weight=a)
    net = node(first=twice, own=b, second=twice, blocks=[node(tied=b), twice])
    return list(net.named_parameters()), net.state_dict()


def names_after_append(ex: Any, tensors: list[Tensor]) -> list[list[str]]:
    node = node_class(ex)
    net = node(blocks=[])
    names = []
    for tensor in tensors:
        net.blocks.append(node(weight=tensor))
        names.append([name for name, _ in net.named_parameters()])
    return names


def names_of_mixture(ex: Any, tensors: list[Tensor]) -> list[list[str]]:
    node = node_class(ex)
    a, b = tensors
    net = node(a=a, constant=a.detach(), text="a", table={"b": b}, nothing=None)
    before = [name for name, _ in net.named_parameters()]
    net.seen = 2 * a
    during = [name for name, _ in net.named_parameters()]
    net.a = None
    net.b = b
    return [before, during, [name for name, _ in net.named_parameters()]]


def tags_of_children(ex: Any) -> list[int]:
    node = node_class(ex)
    first = node(tag=1, inner=node(tag=9), more=[node(tag=8)])
    net = node(first=first, blocks=[node(tag=2), first, 5], last=node(tag=3))
    return [child.tag for child in net.children()]


def modes_of_tree(ex: Any) -> tuple[list[list[bool]], bool]:
    node = node_class(ex)
    leaf, inner = node(), node()
    inner.leaf = leaf
    net = node(blocks=[inner], other=node())
    tree = [net, inner, leaf, net.other]
    modes = [[module.training for module in tree]]
    is_self = True
    for switch in (net.eval, net.train, lambda: net.train(False)):
        is_self = switch() is net and is_self
        modes.append([module.training for module in tree])
    inner.train()
    modes.append([module.training for module in tree])
    return modes, is_self


def call_with_hooks(
    ex: Any, args: list[float]
) -> tuple[list[float], list[tuple[str, bool, list[float], float]]]:
    node = node_class(ex)
    net, other = node(), node()
    notes: list[tuple[str, bool, list[float], float]] = []

    def note(module: Any, args: Any, output: float) -> None:
        notes.append(("note", module is net, list(args), output))

    def double(module: Any, args: Any, output: float) -> float:
        notes.append(("double", module is net, list(args), output))
        return 2 * output

    outputs = [net(*args)]
    net.register_forward_hook(note)
    remove_first = net.register_forward_hook(double)
    net.register_forward_hook(double)
    outputs += [net(*args), other(*args)]
    remove_first()
    outputs.append(net(*args))
    return outputs, notes


def replace_output(ex: Any, by: list[float]) -> list[float]:
    net = node_class(ex)()
    outputs = []
    for value in by:
        remove = net.register_forward_hook(lambda *_, value=value: value)
        outputs.append(net(1.0, 2.0))
        remove()
    return outputs


def change_parameters(
    ex: Any, tensors: list[Tensor]
) -> tuple[list[bool], tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    node = node_class(ex)
    a, b = tensors
    net = node(weight=a, blocks=[node(weight=b)])
    needs_gradient = [t.requires_grad for t in net.state_dict().values()]
    with torch.no_grad():
        for _, parameter in net.named_parameters():
            parameter.add_(1)
        between = a.clone(), b.clone()
        for tensor in net.state_dict().values():
            tensor.mul_(2)
    return needs_gradient, between, (a, b)


def is_made_of_torch(ex: Any) -> bool:
    node_class(ex)()
    return issubclass(ex.MiniModule, nn.Module)


def leaves(rng: Any, n: int) -> list[Tensor]:
    """Return parameters of different sizes."""
    return [torch.randn(k, requires_grad=True) for k in rng.sample(DISTINCT, n)]


@pytest.mark.weight(2)
def test_mini_names_the_parameters_of_the_whole_tree(observe, rng):
    tensors = leaves(rng, 6)

    got = observe(
        parameters_of_tree,
        tensors,
        call="named_parameters() of inner, blocks (a list), own, tables (a list)",
    )

    a, b, c, d, e, f = tensors
    expected = {
        "own": e,
        "tables.0": f,
        "inner.weight": a,
        "inner.scale": b,
        "blocks.0.weight": c,
        "blocks.1.inner.weight": d,
    }
    expect_equal(
        got,
        list(expected.items()),
        "named_parameters does not name every parameter, own ones first.",
        slips={
            "the entries of a list count too": (
                lambda got: (
                    not any("blocks" in n or "tables" in n for n in names_of(got))
                )
            ),
            "parameters in a list count too": (
                lambda got: "tables.0" not in names_of(got) and len(got) == 5
            ),
            "the names of children go in front, joined by dots": (
                lambda got: "weight" in names_of(got)
            ),
            "children of children have parameters too": (
                lambda got: "blocks.1.inner.weight" not in names_of(got)
            ),
            "a module's own parameters come before its children's": (
                lambda got: sorted(names_of(got)) == sorted(expected)
            ),
        },
    )


def test_mini_counts_a_shared_parameter_once_but_saves_every_name(observe, rng):
    a, b = tensors = leaves(rng, 2)

    pairs, state = observe(
        parameters_of_shared,
        tensors,
        call="named_parameters() and state_dict() of a net that shares parameters",
    )

    expect_equal(
        pairs,
        [("own", b), ("first.weight", a)],
        "named_parameters does not yield a shared parameter just once.",
        slips={
            "one tensor under several names is one parameter: remember its id": (
                lambda got: len(got) > 2
            )
        },
    )
    expect_equal(
        state,
        {
            "own": b,
            "first.weight": a,
            "second.weight": a,
            "blocks.0.tied": b,
            "blocks.1.weight": a,
        },
        "state_dict does not hold a shared parameter under every name.",
        slips={"named_parameters leaves out repeats": {"own": b, "first.weight": a}},
    )


def test_mini_looks_into_a_list_when_it_is_asked(observe, rng):
    n = rng.randrange(2, 5)

    names = observe(
        names_after_append,
        leaves(rng, n),
        call="self.blocks = []; self.blocks.append(…); named_parameters()",
    )

    expect_equal(
        names,
        [[f"blocks.{i}.weight" for i in range(k + 1)] for k in range(n)],
        "named_parameters does not list what a list holds at the moment.",
        slips={
            "the list is read when it is assigned, before it is filled": [[]] * n,
        },
    )


def test_mini_takes_only_leaves_that_require_a_gradient(observe, rng):
    names = observe(
        names_of_mixture,
        leaves(rng, 2),
        call="a = leaf, constant = no gradient; seen = 2 * a; a = None, b = leaf",
    )

    expect_equal(
        names,
        [["a"], ["a"], ["b"]],
        "named_parameters does not list just the leaf tensors that require a gradient.",
        slips={
            "a tensor that requires no gradient is no parameter": (
                lambda names: any("constant" in part for part in names)
            ),
            "a result such as 2 * a is no parameter: it is no leaf": (
                lambda names: any("seen" in part for part in names)
            ),
            "a name that gets another value is no longer a parameter": (
                lambda names: "a" in names[2]
            ),
        },
    )


def test_mini_yields_its_direct_children_once(observe):
    tags = observe(
        tags_of_children, call="children() of first, blocks = [node, first, 5], last"
    )

    expect_equal(
        tags,
        [1, 2, 3],
        "children does not yield the direct children, each once.",
        slips={
            "the entries of a list count too": [1, 3],
            "a child that is listed twice is one child": [1, 2, 1, 3],
            "children of children are not direct children": (
                lambda tags: 9 in tags or 8 in tags
            ),
        },
    )


def test_mini_switches_the_mode_of_the_whole_tree(observe):
    modes, is_self = observe(
        modes_of_tree,
        call="at first, eval(), train(), train(False), train() on a child only",
    )

    on, off = [True] * 4, [False] * 4
    expect_equal(
        modes,
        [on, off, on, off, [False, True, True, False]],
        "train and eval do not switch the module and everything below it.",
        slips={
            "every module below is switched too, also those in lists": (
                lambda modes: len(modes) == 5 and modes[1][0] is False
            ),
        },
    )
    expect_true(
        is_self,
        "train and eval do not return the module.",
        expected="the module itself",
        got="something else",
    )


@pytest.mark.weight(2)
def test_mini_shows_each_call_to_its_hooks(observe, rng):
    args = [float(rng.randrange(1, 9)) for _ in range(rng.randrange(2, 5))]

    outputs, notes = observe(
        call_with_hooks,
        args,
        call="net(*args) with the hooks note, double, double; one is removed, again",
    )

    y = float(sum(args))
    expect_equal(
        notes,
        [
            ("note", True, args, y),
            ("double", True, args, y),
            ("double", True, args, 2 * y),
            ("note", True, args, y),
            ("double", True, args, y),
        ],
        "The hooks do not see each call of their own module.",
        slips={
            "a dict or list of hooks on the class belongs to every module": (
                lambda notes: any(not own for _, own, _, _ in notes)
            ),
            "the result of a hook is not used": lambda _: outputs == [y] * 4,
            "what a hook returns goes to the hooks behind it": (
                lambda notes: len(notes) == 5 and notes[2][3] == y
            ),
            "a removed hook is not called, the others still are": (
                lambda notes: len(notes) != 5 and all(own for _, own, _, _ in notes)
            ),
        },
    )
    expect_equal(
        outputs,
        [y, 4 * y, y, 2 * y],
        "A call does not return the output as the hooks leave it.",
        slips={"the result of a hook is not used": [y, y, y, y]},
    )


def test_mini_lets_a_hook_replace_the_output(observe):
    outputs = observe(
        replace_output,
        [5.0, 0.0],
        call="net(1.0, 2.0) with a hook that returns 5.0, then with one for 0.0",
    )

    expect_equal(
        outputs,
        [5.0, 0.0],
        "What a hook returns does not replace the output.",
        slips={
            "0.0 counts as false: compare with None": [5.0, 3.0],
            "the result of a hook is not used": [3.0, 3.0],
        },
    )


def test_mini_hands_out_the_parameters_themselves(observe, rng):
    tensors = leaves(rng, 2)

    needs_gradient, between, after = observe(
        change_parameters,
        tensors,
        call="add 1 to each of named_parameters(), then double each of state_dict()",
    )

    for tensor, got, final in zip(tensors, between, after, strict=True):
        start = tensor.detach()
        expect_close(
            got,
            start + 1,
            "named_parameters does not yield the parameters themselves.",
            slips={"copies do not reach the network": start},
        )
        expect_close(
            final,
            2 * (start + 1),
            "The tensors of state_dict do not share the parameters' memory.",
            slips={"detach() shares memory, clone() does not": start + 1},
        )
    expect_equal(
        needs_gradient,
        [False, False],
        "The tensors of state_dict require a gradient.",
        slips={"detach() them": [True, True]},
    )


def test_mini_does_without_torch_nn(observe):
    uses_torch = observe(is_made_of_torch, call="issubclass(MiniModule, nn.Module)")

    expect_equal(uses_torch, False, "MiniModule is made of nn.Module.")
