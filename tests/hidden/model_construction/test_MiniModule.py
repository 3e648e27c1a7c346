"""MiniModule walks its tree, switches modes and calls hooks as nn.Module does."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal

pytestmark = pytest.mark.exercise("model_construction.MiniModule")

Script = Callable[[type], Any]
"""What is played with a class of nodes."""


def grow(ex: Any, script: Script) -> tuple[Any, list[Any]]:
    """Return what a script gives, and the nodes in the order in which they are made."""
    made: list[Any] = []

    class Node(ex.MiniModule):
        """Takes its attributes in the order given; forward adds its arguments."""

        # no annotations: cloudpickle does not send names that only they mention
        def __init__(self, **attributes):
            super().__init__()
            made.append(self)
            for name, value in attributes.items():
                setattr(self, name, value)

        def forward(self, *args):
            return sum(args)

    return script(Node), made


def play(ex: Any, script: Script) -> Any:
    return grow(ex, script)[0]


def parameters_of(ex: Any, tree: Script) -> list[tuple[str, Tensor]]:
    return list(play(ex, tree).named_parameters())


def state_of(ex: Any, tree: Script) -> dict[str, Tensor]:
    return play(ex, tree).state_dict()


def children_of(ex: Any, tree: Script) -> list[int]:
    """Return the children by when they are made."""
    net, made = grow(ex, tree)
    return [[child is node for node in made].index(True) for child in net.children()]


def modes_after(
    ex: Any, tree: Script, switch: Callable[[Any], Any]
) -> list[tuple[int, bool]]:
    """Return the modes of all nodes by when they are made, the net last."""
    net, made = grow(ex, tree)
    switch(net)
    return [(i, node.training) for i, node in enumerate(made)]


def is_made_of_torch(ex: Any) -> bool:
    return issubclass(ex.MiniModule, nn.Module)


def each(scripts: dict[str, Any], *more: Any) -> dict[str, tuple[Any, ...]]:
    """Return the cases for a scenario that takes a script, and more."""
    return {when: (script, *more) for when, script in scripts.items()}


def w(*shape: int) -> Tensor:
    """Return a parameter."""
    return torch.randn(shape, requires_grad=True)


def filled_later(node: type) -> Any:
    net = node(blocks=[])
    list(net.named_parameters()), list(net.children())
    net.blocks.extend([w(2), node(weight=w(3))])
    return net


def assigned_anew(node: type) -> Any:
    net = node(a=w(2), b=node(weight=w(2)), c=w(4), d=node(weight=w(5)), e=w(1))
    net.f, net.g, net.h = torch.ones(3), node(weight=w(1)), [w(1), node()]
    list(net.named_parameters()), list(net.children())
    net.a, net.b, net.d = None, node(other=w(3)), 5
    net.c.requires_grad_(False)
    net.f.requires_grad_()
    net.h.clear()
    del net.e, net.g
    return net


def called(node: type) -> Any:
    net = node(a=w(2), b=node())
    net(w(3), w(3))
    return net


def counting_as_false(node: type) -> Any:
    empty = type("Empty", (node,), {"__len__": lambda _: 0})
    child = empty(zero=torch.zeros(1, requires_grad=True), blocks=[empty(a=w(1))])
    return node(child=child, blocks=[empty(b=w(2))])


TREES: dict[str, Script] = {
    "for a module and its child": lambda node: node(b=w(2), child=node(a=w(3))),
    "for several own parameters": lambda node: node(b=w(2), a=w(3), _c=w()),
    "for an nn.Parameter": lambda node: node(a=nn.Parameter(torch.ones(2))),
    "for children of children": lambda node: node(
        b=node(c=node(d=node(weight=w(2)), a=node(e=w(3)))), a=node(last=w(1))
    ),
    "for own parameters behind a child": lambda node: node(
        inner=node(b=node(weight=w(2)), a=w(3)), own=w(4)
    ),
    "for modules in a list": lambda node: node(
        blocks=[node(a=w(2)), 5, node(steps=[node(b=w(3))])], last=node()
    ),
    "for parameters in a list": lambda node: node(tables=[w(2), node(a=w(3)), w(4)]),
    "for a tensor that requires no gradient": lambda node: node(
        a=w(2), constant=torch.ones(2), blocks=[torch.ones(2)]
    ),
    "for a result such as 2 * a": lambda node: node(a=w(2), seen=2 * w(2)),
    "for values of other kinds": lambda node: node(
        text="a",
        table={"b": w(2), "c": node()},
        pair=(w(2), node()),
        d=None,
        nested=[(w(2),), {"f": node()}],
        e=w(3),
    ),
    "for equal parameters": lambda node: node(
        a=nn.Parameter(torch.ones(2)), b=nn.Parameter(torch.ones(2))
    ),
    "for empty parameters": lambda node: node(a=w(0), b=w(0), inner=node(c=w(0, 2))),
    "when a list is filled after it is assigned": filled_later,
    "when attributes get other values": assigned_anew,
    "after a call": called,
    "for what counts as false": counting_as_false,
    "for own parameters behind a list": lambda node: node(tables=[w(2)], own=w(3)),
    "for a child with several names": lambda node: node(
        a=(child := node(weight=w(2))), b=child, blocks=[child, node(inner=child)]
    ),
    "for a parameter with several names": lambda node: node(
        inner=node(tied=(tied := w(2))), own=tied, again=tied, blocks=[tied]
    ),
}
RULES = {
    "for a module and its child": "a child's names go in front, joined by dots",
    "for own parameters behind a child": "a module's own parameters come before its "
    "children's",
    "for modules in a list": "the entries of a list count too, under their place in it",
    "for own parameters behind a list": "parameters come in the order of assignment, "
    "those in lists too",
    "for a tensor that requires no gradient": "a tensor that requires no gradient is "
    "no parameter",
    "for a result such as 2 * a": "a result is no parameter: it is no leaf",
    "for values of other kinds": "what tuples and dicts hold is private, like all else",
    "for equal parameters": "parameters with equal values are several: compare ids",
    "for empty parameters": "empty tensors share an address of memory: compare ids",
    "when a list is filled after it is assigned": "a list counts as it is when it is "
    "asked, not when it is assigned",
    "when attributes get other values": "what gets another value, or requires a "
    "gradient no more, is no longer a parameter or child",
    "for what counts as false": "a zero, or a module of length 0, counts as false: "
    "ask isinstance alone",
}
NAMES = "for a child with several names", "for a parameter with several names"
ONCE = "one tensor under several names is one parameter, under the first"
EVERY = "named_parameters leaves out repeats, state_dict has every name"
OF_CHILDREN = {
    "for children of children": "children of children are not direct children",
    "for a child with several names": "a child that is listed twice is one child",
}
BELOW = "every module below is switched too, also those in lists, and no others"


def two(node: type) -> Any:
    return node(a=w(2), blocks=[node(b=w(3))])


def are_themselves(node: type) -> list[bool]:
    net = two(node)
    own = [net.a, net.blocks[0].b]
    return [p is mine for (_, p), mine in zip(net.named_parameters(), own, strict=True)]


def change_state(node: type) -> list[Tensor]:
    net = two(node)
    with torch.no_grad():
        for tensor in net.state_dict().values():
            tensor.add_(1)
    return [net.a.detach(), net.blocks[0].b.detach()]


USES: dict[str, Script] = {
    "when named_parameters is asked for the parameters themselves": are_themselves,
    "when state_dict is asked what requires a gradient": lambda node: [
        t.requires_grad for t in two(node).state_dict().values()
    ],
    "when each tensor of state_dict gets 1 more": change_state,
}
OF_USES = {
    "when named_parameters is asked for the parameters themselves": "a copy, or what "
    "detach() gives, is another tensor",
    "when state_dict is asked what requires a gradient": "detach() the parameters",
    "when each tensor of state_dict gets 1 more": "detach() shares memory, clone() "
    "does not",
}


def double(_: Any, __: Any, y: Any) -> Any:
    return 2 * y


def plus(_: Any, __: Any, y: Any) -> Any:
    return y + 1


def hooked(*hooks: Callable[..., Any], without: int | None = None) -> Script:
    """Return what calls a node with these hooks, one of them removed again."""

    def script(node: type) -> Any:
        net = node()
        removers = [net.register_forward_hook(hook) for hook in hooks]
        if without is not None:
            removers[without]()
        return net(1.0, 2.0)

    return script


def watched(node: type) -> list[Any]:
    net, notes = node(), []
    for i in range(3):
        net.register_forward_hook(
            lambda module, *seen, i=i: notes.append((i, module is net, *seen))
        )
    return [net(1.0, 2.0), net(3.0), net(), list(notes)]


def hooked_elsewhere(node: type) -> list[Any]:
    child, other = node(), node()
    child.register_forward_hook(double)
    other.register_forward_hook(plus)
    return [module(1.0) for module in (node(child=child), child, other)]


def hooked_after_a_removal(node: type) -> Any:
    net = node()
    remove = net.register_forward_hook(plus)
    net.register_forward_hook(double)
    remove()
    net.register_forward_hook(lambda _, __, y: y - 5)
    return net(1.0)


def hooked_by_a_module(node: type) -> list[Any]:
    net = node(a=w(2))
    net.register_forward_hook(node(c=w(3)))
    return [list(net.state_dict()), len(list(net.children()))]


def hooked_once(node: type) -> list[Any]:
    net, removers = node(), []

    def once(*_: Any) -> None:
        removers.pop()()

    removers.append(net.register_forward_hook(once))
    net.register_forward_hook(double)
    return [net(1.0), net(1.0)]


HOOKS: dict[str, Script] = {
    "for hooks that return None": watched,
    "for a hook that returns something": hooked(double),
    "when other modules have hooks": hooked_elsewhere,
    "when a module is a hook": hooked_by_a_module,
    "for two hooks that return something": hooked(double, plus),
    "for a hook that returns 0.0": hooked(double, lambda *_: 0.0),
    "for a hook that returns a tensor": hooked(lambda *_: torch.zeros(2), double),
    "when the first of two equals is removed": hooked(double, plus, double, without=0),
    "when the second of two equals is removed": hooked(double, plus, double, without=2),
    "when a hook is removed and another is added": hooked_after_a_removal,
    "when a hook removes itself": hooked_once,
}
OF_HOOKS = {
    "for hooks that return None": "each hook sees the module, the tuple of arguments "
    "and the output, in order",
    "for a hook that returns something": "the result of a hook replaces the output",
    "when other modules have hooks": "a dict or list of hooks on the class belongs to "
    "every module",
    "when a module is a hook": "a hook is no child, whatever attribute keeps it",
    "for two hooks that return something": "what a hook returns goes to the hooks "
    "behind it",
    "for a hook that returns 0.0": "0.0 counts as false: compare with None",
    "for a hook that returns a tensor": "a tensor has no truth: compare with None",
    "when the first of two equals is removed": "a removed hook is not called, the "
    "others still are",
    "when the second of two equals is removed": "remove the registration, not "
    "the first hook that is equal",
    "when a hook is removed and another is added": "a new hook takes no other's place",
    "when a hook removes itself": "the hooks change while they are called: go through "
    "a copy of them",
}


@pytest.mark.weight(2)
def test_mini_names_the_parameters_of_the_whole_tree(observe, sweep):
    uses_torch = observe(is_made_of_torch, call="issubclass(MiniModule, nn.Module)")

    expect_equal(uses_torch, False, "MiniModule is made of nn.Module.")
    because = RULES | dict.fromkeys(NAMES, ONCE)
    sweep.cases(parameters_of, each(TREES), because=because, call="named_parameters()")


@pytest.mark.weight(2)
def test_mini_saves_every_name_and_shares_the_memory(sweep):
    because = RULES | dict.fromkeys(NAMES, EVERY)
    sweep.cases(state_of, each(TREES), because=because, call="state_dict()")
    sweep.cases(
        play, each(USES), because=OF_USES, call="named_parameters(), state_dict()"
    )


def test_mini_yields_its_direct_children_once(sweep):
    rules = {k: rule for k, rule in RULES.items() if "parameter" not in rule}
    sweep.cases(
        children_of,
        each(TREES),
        because=rules | OF_CHILDREN,
        call="list(net.children())",
    )


def test_mini_switches_the_mode_of_the_whole_tree(sweep):
    sweep.cases(
        play,
        {"": (lambda node: [(net := node()).train() is net, net.eval() is net],)},
        fault="train and eval do not return the module.",
        call="net.train() is net, net.eval() is net",
    )
    sweep.cases(
        modes_after,
        each(TREES, lambda net: net.eval()),
        because=dict.fromkeys(TREES, BELOW),
        call="net.eval(); the modes",
    )
    switches = {
        "after train(False)": lambda net: net.train(False),
        "after eval() and train()": lambda net: net.eval().train(),
        "after eval() of a child": lambda net: net.blocks[0].eval(),
        "at first": lambda net: net,
    }
    sweep.cases(
        modes_after,
        {when: (two, switch) for when, switch in switches.items()},
        call="the modes",
    )


@pytest.mark.weight(2)
def test_mini_shows_each_call_to_its_hooks(sweep):
    sweep.cases(play, each(HOOKS), because=OF_HOOKS, call="net(…) with hooks")
