"""Parameter management: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

exercise = pytest.mark.exercise


def tied_pair() -> nn.Module:
    """Return two layers that share a weight, each with a bias of zeros."""
    net = nn.ModuleDict({"first": nn.Linear(3, 2), "second": nn.Linear(3, 2)})
    net["second"].weight = net["first"].weight
    nn.init.zeros_(net["first"].bias)
    nn.init.zeros_(net["second"].bias)
    return net


def table_of(ex: Any, net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    return ex.parameter_table(net)


@exercise("parameters.parameter_table")
def test_table_describes_every_parameter(observe):
    inner = nn.Sequential(nn.Conv1d(3, 2, 5, bias=False))
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), inner)
    net[0].weight.requires_grad_(False)

    rows = observe(
        table_of,
        net,
        call="parameter_table(Sequential(Linear(4, 3), BatchNorm1d(3), "
        "Sequential(Conv1d(3, 2, 5, bias=False)))), the first weight frozen",
    )

    expect_equal(
        rows,
        [
            ("0.weight", (3, 4), 12, False),
            ("0.bias", (3,), 3, True),
            ("1.weight", (3,), 3, True),
            ("1.bias", (3,), 3, True),
            ("2.0.weight", (2, 3, 5), 30, True),
        ],
        "The table does not describe every parameter.",
        slips={
            "state_dict() also has the buffers, which are no parameters": (
                lambda rows: "1.running_mean" in [row[0] for row in rows]
            )
        },
    )


@exercise("parameters.parameter_table")
def test_table_has_a_shared_weight_once(observe):
    rows = observe(
        table_of, tied_pair(), call="parameter_table(net), net with a shared weight"
    )

    expect_equal(
        rows,
        [
            ("first.weight", (2, 3), 6, True),
            ("first.bias", (2,), 2, True),
            ("second.bias", (2,), 2, True),
        ],
        "The table does not have each parameter once, under its first name.",
    )


class Scaled(nn.Linear):
    """A Linear layer with a parameter more."""

    def __init__(self, a: int, b: int):
        super().__init__(a, b)
        self.scale = nn.Parameter(torch.ones(b))


def init_and_look(
    ex: Any, net: nn.Module, std: float
) -> tuple[dict[str, Tensor], list[bool]]:
    held = list(net.parameters())
    ex.init_normal(net, std)
    same = [p is q for p, q in zip(net.parameters(), held, strict=True)]
    return net.state_dict(), same


@exercise("parameters.init_normal")
def test_init_normal_sets_weights_and_biases(observe):
    net = nn.Sequential(
        nn.Embedding(5, 100),
        nn.Sequential(nn.ReLU(), nn.Linear(100, 50)),
        nn.Linear(100, 50, bias=False),
    )

    state, _ = observe(
        init_and_look,
        net,
        0.5,
        call="init_normal(Sequential(Embedding, Sequential(ReLU, Linear), Linear "
        "without bias), std=0.5)",
        causes={"NoneType": "the bias of a layer without bias is None"},
    )

    std = state["1.1.weight"].std().item()
    kept = [
        torch.equal(state[k], net.state_dict()[k]) for k in ("1.1.weight", "2.weight")
    ]
    cause = None
    if kept == [True, False]:
        cause = "children() sees the next level only; modules() sees all"
    elif 0.2 < std < 0.3:
        cause = "std is the standard deviation, not the variance: do not square it"
    expect_true(
        0.45 < std < 0.55,
        "The weights of a Linear layer do not have the standard deviation `std`.",
        expected="about 0.5",
        got=say("{std:.3g}", std=std),
        cause=cause,
    )
    expect_equal(
        state["1.1.bias"], torch.zeros(50), "The bias of a Linear layer is not 0."
    )
    expect_true(
        not torch.equal(state["1.1.weight"], state["2.weight"]),
        "The weights of two layers are not drawn one by one.",
        expected="other values in every layer",
        got="the same",
    )
    expect_equal(
        state["0.weight"],
        net[0].weight,
        "init_normal changes a layer that is no Linear.",
    )


@exercise("parameters.init_normal")
def test_init_normal_works_in_place_on_subclasses_too(observe):
    net = nn.Sequential(Scaled(3, 2)).double()
    net[0].weight.requires_grad_(False)

    state, same = observe(
        init_and_look,
        net,
        0.5,
        call="init_normal(Sequential(a subclass of Linear)), of float64, weight frozen",
    )

    expect_true(
        all(same),
        "The network has other Parameter objects than before.",
        expected="the very same, with other values",
        got="new ones",
        cause="a new nn.Parameter is unknown to the optimizer made before",
    )
    expect_equal(
        [str(state["0.weight"].dtype), str(state["0.bias"].dtype)],
        ["torch.float64", "torch.float64"],
        "The dtype does not stay.",
    )
    expect_true(
        not torch.equal(state["0.weight"], net[0].weight),
        "The weight of a subclass of Linear, which is frozen, is not drawn.",
        expected="other values",
        got="the same",
    )
    expect_equal(
        state["0.scale"], net[0].scale, "init_normal changes more than weight and bias."
    )


def fill_view(ex: Any, whole: Tensor) -> tuple[Tensor, bool]:
    t = whole.T
    returned = ex.my_init_(t)
    return whole, returned is t


@exercise("parameters.my_init_")
def test_my_init_fills_in_place(observe):
    t, is_same = observe(
        fill_view, torch.ones(40, 50), call="t = torch.ones(40, 50).T; my_init_(t)"
    )

    size = t.abs()
    expect_true(
        bool(((t == 0) | ((size >= 5) & (size <= 10))).all()),
        "my_init_ does not fill the tensor with 0 and ±(5, 10).",
        expected="every entry is 0 or between 5 and 10 in size",
        got="others",
        cause="`t = …`, `t.data = …` and the reshape of a view make other memory"
        if (t == 1).all()
        else None,
    )
    for part, where, odds in (("0", t == 0, 0.5), ("positive", t > 0, 0.25)):
        share = where.double().mean().item()
        expect_true(
            odds - 0.1 < share < odds + 0.1,
            say("Not {odds} of the entries are {part}.", odds=odds, part=part),
            expected=say("about {odds}", odds=odds),
            got=say("{share:.3g}", share=share),
        )
    expect_true(
        is_same,
        "my_init_ does not return the tensor it is given.",
        expected="t itself",
        got="something else",
    )


def fill_parameter(ex: Any, p: nn.Parameter) -> tuple[bool, bool]:
    ex.my_init_(p)
    return p.requires_grad, bool((p == 1).any())


@exercise("parameters.my_init_")
def test_my_init_fills_a_parameter(observe):
    requires_grad, unfilled = observe(
        fill_parameter, nn.Parameter(torch.ones(5)), call="my_init_(nn.Parameter(…))"
    )

    expect_equal(unfilled, False, "my_init_ does not fill a parameter.")
    expect_equal(
        requires_grad, True, "The parameter does not require gradients any more."
    )


def fill_from_generator(ex: Any) -> list[Tensor]:
    g, again = (torch.Generator().manual_seed(1) for _ in range(2))
    given = (g, g, again, None, None)
    return [ex.my_init_(torch.ones(20), generator=one) for one in given]


@exercise("parameters.my_init_")
def test_my_init_draws_from_the_generator(observe):
    first, second, again, *without = observe(
        fill_from_generator,
        call="my_init_(t, generator=g), twice; another g like it; None, twice",
    )

    expect_equal(
        again,
        first,
        "Equal generators do not give equal entries.",
        cause="every random draw inside needs generator=generator",
    )
    for one, other in ((first, second), without):
        expect_true(
            not torch.equal(one, other),
            "Two calls give the same entries.",
            expected="other entries",
            got="the same",
        )


def run_tied(ex: Any, depth: int, x: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the result and the parameters, every weight -0.5 and every bias 1."""
    net = ex.make_tied_mlp(4, depth)
    for p in net.parameters():
        nn.init.constant_(p, -0.5 if p.dim() == 2 else 1.0)
    return net(x), list(net.parameters())


@exercise("parameters.make_tied_mlp")
@pytest.mark.parametrize(
    ("depth", "x", "expected", "without_relu"),
    [
        (1, -1.0, 3.0, 3.0),  # 1 + 4 * 0.5 = 3
        (3, 1.0, -1.0, -5.0),  # 1 - 2 = -1 -> relu 0 -> 1 -> relu 1 -> 1 - 2 = -1
    ],
)
def test_tied_mlp_uses_one_layer(observe, depth, x, expected, without_relu):
    y, parameters = observe(
        run_tied,
        depth,
        torch.full((4,), x),
        call=say(
            "make_tied_mlp(4, {depth})(x), each x {x}, every weight -0.5, every bias 1",
            depth=depth,
            x=x,
        ),
    )

    expect_equal(
        sorted(p.numel() for p in parameters),
        [4, 16],
        "The network does not have the parameters of one Linear layer.",
    )
    expect_close(
        y,
        torch.full((4,), expected),
        "make_tied_mlp does not run its layer `depth` times with a ReLU between.",
        slips={
            "the ReLU between two uses is missing": torch.full((4,), without_relu),
            "there is no ReLU after the last use": torch.full((4,), max(expected, 0.0)),
        },
    )


def gradient_of_bias(ex: Any) -> Tensor:
    y, parameters = run_tied(ex, 2, torch.zeros(4))
    y.sum().backward()
    (bias,) = (p for p in parameters if p.dim() == 1)
    return bias.grad


@exercise("parameters.make_tied_mlp")
def test_tied_mlp_sums_the_gradients_of_all_uses(observe):
    gradient = observe(
        gradient_of_bias,
        call="make_tied_mlp(4, 2)(zeros).sum().backward(), every weight -0.5, every "
        "bias 1",
    )

    # 1 from the last use, and 4 * -0.5 = -2 from the first one
    expect_close(
        gradient,
        torch.full((4,), -1.0),
        "The gradient of the bias is not the sum over both uses.",
        slips={"the first use is cut off: no detach(), no `.data`": torch.ones(4)},
    )


def count(ex: Any, net: nn.Module, trainable_only: bool) -> int:
    return ex.count_parameters(net, trainable_only)


@exercise("parameters.count_parameters")
@pytest.mark.parametrize(("trainable_only", "expected"), [(False, 26), (True, 14)])
def test_count_adds_up_the_entries(observe, trainable_only, expected):
    net = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 1, bias=False))
    net[0].weight.requires_grad_(False)
    net.append(nn.Linear(1, 1))

    n = observe(
        count,
        net,
        trainable_only,
        call=say(
            "count_parameters(Linear(4, 3), BatchNorm1d(3), Linear(3, 1, "
            "bias=False), Linear(1, 1), trainable_only={trainable_only}), the first "
            "weight frozen",
            trainable_only=repr(trainable_only),
        ),
    )

    expect_equal(n, expected, "count_parameters does not count the entries.")


@exercise("parameters.count_parameters")
def test_count_has_a_shared_weight_once(observe):
    n = observe(
        count,
        tied_pair(),
        False,
        call="count_parameters(net), net with a shared weight",
    )

    expect_equal(
        n,
        10,
        "count_parameters does not count each parameter once.",
        slips={
            "net.parameters() leaves out repeats of a shared weight": 16,
            "equal values do not make two biases one": 8,
        },
    )


@exercise("parameters.count_parameters")
def test_count_refuses_what_has_no_shape_yet(observe):
    raised = observe.error(
        count, nn.LazyLinear(3), False, call="count_parameters(LazyLinear(3))"
    )

    expect_error(raised, ValueError, "A parameter without a shape is counted.")


def find(ex: Any, net: nn.Module, path: str) -> Tensor:
    return ex.get_parameter(net, path)


@exercise("parameters.get_parameter")
def test_get_parameter_follows_the_path(observe):
    net = nn.Sequential(nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 4)))

    p = observe(find, net, "1.0.weight", call='get_parameter(net, "1.0.weight")')

    expect_equal(p, net[1][0].weight, "get_parameter finds another parameter.")


@exercise("parameters.get_parameter")
def test_get_parameter_names_what_is_not_there(observe):
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU())

    raised = observe.error(
        find, net, "0.scale", call='get_parameter(Sequential(Linear, ReLU), "0.scale")'
    )

    expect_error(
        raised, AttributeError, "A wrong path is not refused.", mentions="scale"
    )


def init_by(ex: Any, net: nn.Module, rules: list[tuple[str, float]]) -> list[Tensor]:
    ex.init_by_rule(net, [(name, lambda t, v=v: t.fill_(v)) for name, v in rules])
    return list(net.parameters())


@exercise("parameters.init_by_rule")
def test_init_by_rule_takes_the_first_rule_that_matches(observe):
    net = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1))

    parameters = observe(
        init_by,
        net,
        [("0.bias", 1), ("*.bias", 2), ("*", 3)],
        call="rules that fill: 0.bias with 1, *.bias with 2, * with 3",
    )

    expect_equal(
        [p.tolist() for p in parameters],
        [[[3.0, 3.0]], [1.0], [[3.0]], [2.0]],
        "init_by_rule does not use the first rule that matches.",
    )


@exercise("parameters.init_by_rule")
def test_init_by_rule_refuses_a_rule_for_nothing(observe):
    raised = observe.error(
        init_by, nn.Linear(2, 1), [("wieght", 1)], call="a rule for 'wieght'"
    )

    expect_error(
        raised, ValueError, "A rule that matches nothing is taken.", mentions="wieght"
    )


def freeze_first(ex: Any, net: nn.Module) -> tuple[list[str], list[bool]]:
    names = ex.freeze(net, "1")
    return names, [p.requires_grad for p in net.parameters()]


@exercise("parameters.freeze")
def test_freeze_stops_gradients_below_the_prefix(observe):
    net = nn.ModuleDict({name: nn.Linear(2, 2) for name in ("0", "1", "10")})

    names, trainable = observe(
        freeze_first, net, call='freeze(net, "1"), net of layers "0", "1" and "10"'
    )

    expect_equal(
        names,
        ["1.weight", "1.bias"],
        "freeze does not return the frozen names.",
        slips={
            "'1' is not the start of '10.bias': compare whole parts of the path": (
                lambda names: "10.bias" in names
            )
        },
    )
    expect_equal(
        trainable,
        [True, True, False, False, True, True],
        "freeze does not stop the gradients of this part alone.",
    )


def statistics_after_run(ex: Any, net: nn.Module, x: Tensor) -> list[Tensor]:
    ex.freeze(net, "0")
    net.train()
    net(x)
    return [net[0].running_mean, net[0].running_var]


@exercise("parameters.freeze")
def test_freeze_keeps_batchnorm_statistics(observe):
    net = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))

    statistics = observe(
        statistics_after_run,
        net,
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        call='freeze(Sequential(BatchNorm1d, Linear), "0"); net.train(); net(x)',
    )

    expect_equal(
        statistics,
        [torch.zeros(2), torch.ones(2)],
        "A frozen BatchNorm layer moves its running statistics.",
    )


def groups_of(ex: Any, net: nn.Module) -> list[tuple[list[str], float]]:
    names = {id(p): name for name, p in net.named_parameters()}
    return [
        ([names.get(id(p), "?") for p in group["params"]], float(group["weight_decay"]))
        for group in ex.decay_groups(net, 0.1)
    ]


@exercise("parameters.decay_groups")
def test_decay_groups_spare_biases_and_norm_layers(observe):
    net = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2), nn.Linear(2, 1))

    groups = observe(
        groups_of, net, call="decay_groups(Sequential(Linear, LayerNorm, Linear), 0.1)"
    )

    expect_equal(
        [(sorted(names), decay) for names, decay in groups],
        [
            (["0.weight", "2.weight"], 0.1),
            (["0.bias", "1.bias", "1.weight", "2.bias"], 0.0),
        ],
        "decay_groups does not spare just the biases and the norm layers.",
    )


def clip(
    ex: Any, gradients: list[Tensor], max_norm: float
) -> list[tuple[Tensor, list[Tensor]]]:
    """Return the norm and the gradients of a list, then of a generator."""
    results = []
    for listed in (list, iter):
        held = [g.clone() for g in gradients]
        parameters = [nn.Parameter(torch.zeros_like(g)) for g in held]
        for p, g in zip(parameters, held, strict=True):
            p.grad = g
        results.append((ex.clip_gradients_(listed(parameters), max_norm), held))
    return results


@exercise("parameters.clip_gradients_")
def test_clip_shrinks_all_gradients_together(observe):
    gradients = [torch.tensor([2.0, 0.0]), torch.tensor([[3.0], [6.0]])]

    results = observe(
        clip,
        gradients,
        3.5,
        call="clip_gradients_ of [2, 0] and [[3], [6]] to 3.5, from a list, then from "
        "a generator",
    )

    causes = None, "a generator is empty after one loop"
    for (norm, after), cause in zip(results, causes, strict=True):
        expect_close(
            norm,
            torch.tensor(7.0),
            "clip_gradients_ does not return the norm of before.",
            cause=cause,
            any_dtype=True,
        )
        for got, before in zip(after, gradients, strict=True):
            fault = "The gradients do not shrink by one factor."
            expect_close(got, before / 2, fault, cause=cause)


def average(ex: Any, net: nn.Module) -> tuple[Tensor, Tensor, Tensor]:
    ema = ex.Ema(net, 0.75)
    with torch.no_grad():
        net.weight.fill_(1)
    ema.update()
    with ema.swapped():
        inside = net.weight.clone()
    return ema.state_dict()["weight"], inside, net.weight


@exercise("parameters.Ema")
def test_ema_averages_and_swaps(observe):
    net = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(net.weight)

    averages, inside, after = observe(
        average, net, call="Ema(net, 0.75), its weight 0, then 1; update(); swapped()"
    )

    quarter = torch.full((1, 2), 0.25)
    expect_close(averages, quarter, "Ema does not average the weight.")
    expect_close(
        inside, quarter, "The network does not have the averages in the block."
    )
    expect_close(
        after, torch.ones(1, 2), "The network does not get its own weight back."
    )


def bytes_of(ex: Any, net: nn.Module) -> dict[str, int]:
    optimizer = torch.optim.Adam(net.parameters())
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    optimizer.step()
    return ex.memory_bytes(net, optimizer)


@exercise("parameters.memory_bytes")
def test_memory_bytes_counts_each_kind(observe):
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))

    got = observe(
        bytes_of, net, call="memory_bytes(Linear(3, 2), BatchNorm1d(2)) after Adam"
    )

    # 4 parameters with 12 entries; Adam keeps two averages and a step of each
    expect_equal(
        sorted(got.items()),
        [("buffers", 24), ("gradients", 48), ("optimizer", 112), ("parameters", 48)],
        "memory_bytes does not count the bytes of each kind.",
    )
