"""A sweep tells in which column an answer does otherwise than the reference."""

import random
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from grader.observe.causes import NO_RETURN
from grader.observe.columns import COLUMNS, MODULES, TENSORS, VALUES
from grader.observe.finding import Finding
from grader.observe.sweep import Sweep, first_of
from grader.sandbox import own_line, wire
from grader.sandbox.trials import Function, Module, Trial, play_cases, play_trials
from grader.words import say


def halve(x):
    return x / 2


class Product(nn.Module):
    def __init__(self, first, last):
        super().__init__()
        for name in (first, last):
            self.register_parameter(name, nn.Parameter(torch.zeros(2)))

    def forward(self, x):
        return x[..., :2] * self.a * (self.b + 1)


class Layer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.register_buffer("shift", torch.ones(width))

    def forward(self, x):
        return x * self.weight + self.shift


def sweep_over(answer, reference=halve, seed=0):
    """Sweep an answer as a submission's, in this process."""

    def play(module, scenario, *args, **_):
        return wire.decode_frame(wire.encode(scenario(module, *args)))

    modules = (SimpleNamespace(it=answer), SimpleNamespace(it=reference))
    one, other = (lambda *a, m=m, **k: play(m, *a, **k) for m in modules)
    return Sweep("it", one, other, random.Random(seed))


def fault_of(answer, columns, reference=halve, **more):
    with pytest.raises(Finding) as found:
        sweep_over(answer, reference)(
            Function("it"), inputs=draw, columns=columns, call="it(x)", **more
        )
    return found.value.message


def draw(*lead):
    return (torch.randn(*lead, 4),)


def test_another_way_to_compute_the_same_passes():
    sweep_over(lambda x: x * 0.5)(
        Function("it"), inputs=draw, columns=(*TENSORS, *VALUES), call="it(x)"
    )


def change_in_place(x):
    y = x / 2
    x.detach().zero_()
    return y


def remember():
    kept = {}

    def it(x):
        return kept.setdefault("first", x / 2) if x.requires_grad else x / 2

    return it


class Rough(torch.autograd.Function):
    """Halves, with a gradient that only float32 does not lose digits of."""

    @staticmethod
    def forward(ctx, x):
        ctx.half = 0.4 if x.dtype == torch.float16 else 0.5
        return x / 2

    @staticmethod
    def backward(ctx, upstream):
        return (upstream.float() / 3 * (3 * ctx.half)).to(upstream)


@pytest.mark.parametrize(
    ("answer", "column", "fault"),
    [
        (lambda x: x / 3, "plain", "it gives a wrong result."),
        (lambda x: x.detach() / 2, "plain", "it gives wrong gradients."),
        (change_in_place, "plain", "it changes an argument."),
        (lambda x: x.float() / 2, "float64", "it gives a wrong result for float64."),
        (
            lambda x: x.view(-1).view(x.shape) / 2,
            "apart",
            "it raises an exception for a tensor that is not contiguous.",
        ),
        (
            lambda x: x.squeeze(0) / 2,
            "single",
            "it gives a wrong result for a batch of one.",
        ),
        (
            remember(),
            "other",
            "it gives a wrong result for other values.",
        ),
        (
            lambda x: x * torch.full((4,), 0.5),
            "default_double",
            "it gives a wrong result where float64 is the default dtype.",
        ),
        (
            lambda x: x * torch.full((4,), 1 / 3) * 1.5,
            "default_bfloat16",
            "it gives a wrong result where bfloat16 is the default dtype.",
        ),
        (
            lambda x: x.nan_to_num() / 2,
            "nan",
            "it gives a wrong result for NaN.",
        ),
        (
            lambda x: x / (peak := x.detach().abs().amax()) * (peak / 2),
            "blank",
            "it gives a wrong result for a tensor of zeros.",
        ),
        (
            lambda x: x / 2 if x.dtype != torch.float16 else (x * 2) / 4,
            "odd_half",
            "it gives a wrong result for inf, NaN and large entries in half precision.",
        ),
        (
            lambda x: torch.where(x.isinf(), x.detach(), x) / 2,
            "inf_backward",
            "it gives wrong gradients for infinite entries.",
        ),
        (Rough.apply, "float64", "it gives wrong gradients for float64."),
        (Rough.apply, "float16", "it gives wrong gradients for float16."),
    ],
)
def test_the_fault_names_the_column(answer, column, fault):
    found = fault_of(answer, dict.fromkeys(["plain", column]))

    assert found.render().splitlines()[0] == fault
    if column == "plain" and "gradients" in fault:
        assert found.got == "None"
        assert "cuts it off" in found.cause
    else:
        assert found.cause == (COLUMNS[column].cause if column != "plain" else None)


class Unregistered(Layer):
    def __init__(self, width):
        super().__init__(width)
        self.one = torch.eye(width)

    def forward(self, x):
        return super().forward(x) @ self.one


class OnTheClass(Layer):
    shared = nn.Parameter(torch.zeros(4))

    def __init__(self, width):
        super().__init__(width)
        self.weight = self.shared


class Remembering(Layer):
    def __init__(self, width):
        super().__init__(width)
        self.kept = []

    def forward(self, x):
        if self.training or not self.kept:
            self.kept = [2 * self.weight]
        return x * self.kept[0] / 2 + self.shift


@pytest.mark.parametrize(
    ("answer", "column"),
    [(Unregistered, "double"), (OnTheClass, "sibling"), (Remembering, "changed")],
)
def test_a_module_is_looked_at_in_all_its_states(answer, column):
    with pytest.raises(Finding) as found:
        sweep_over(answer, Layer)(
            Module("it"), 4, inputs=draw, columns=("plain", *MODULES), call="it(4)(x)"
        )

    assert found.value.message.cause == COLUMNS[column].cause


def refuse(x):
    if not x.numel():
        raise ValueError("nothing there")
    return x / 2


def test_where_the_reference_raises_what_is_promised_so_must_the_answer():
    found = fault_of(halve, ["plain", "empty"], refuse, raises=[ValueError])

    assert found.render().startswith("it does not raise for an empty batch.")
    assert found.expected == "ValueError"


def test_where_the_reference_raises_unpromised_nothing_is_asked_for():
    sweep = sweep_over(halve, refuse)

    sweep(Function("it"), inputs=draw, columns=["plain", "empty"], call="it(x)")

    assert set(sweep.compared) == {"plain"}


def total(ex, numbers) -> int:
    return ex.it(numbers)


def test_a_case_is_named_by_when_it_is():
    sweep = sweep_over(lambda numbers: sum(numbers[:2]), sum)

    with pytest.raises(Finding) as found:
        sweep.cases(
            total,
            {"for two": ([1, 2],), "for {three}": ([1, 2, 3],)},
            call="it(numbers)",
            because={"for {three}": "the third is left out"},
        )

    message = found.value.message
    assert message.render().splitlines()[0] == "it gives a wrong result for {three}."
    assert (message.expected, message.got) == ("6", "3")
    assert message.cause == "the third is left out"


def test_a_case_may_be_named_by_a_template_and_its_values():
    sweep = sweep_over(lambda numbers: sum(numbers[:2]), sum)
    when = [say("for {n} numbers", n=n) for n in (2, 3)]

    with pytest.raises(Finding) as found:
        sweep.cases(
            total,
            {when[0]: ([1, 2],), when[1]: ([1, 2, 3],)},
            call="it(numbers)",
            because={say("for {n} numbers", n=3): "the third is left out"},
        )

    message = found.value.message
    assert message.fault.values["when"] == when[1]
    assert message.cause == "the third is left out"
    assert sweep.compared == ["for 2 numbers", "for 3 numbers"]


def test_a_case_in_which_the_reference_raises_unpromised_is_a_fault_of_the_kit():
    sweep = sweep_over(sum, sum)
    cases = {"for numbers": ([1, 2],), "for texts": (["a", "b"],)}

    with pytest.raises(AssertionError, match="the reference raises for texts: "):
        sweep.cases(total, cases, call="it(numbers)")


def test_an_answer_without_return_is_told_so():
    found = fault_of(lambda _: None, ["plain"])

    assert (found.got, found.cause) == ("None", NO_RETURN)


def test_the_line_of_an_exception_is_told(monkeypatch):
    monkeypatch.setattr(own_line.PLACE, "folder", Path(__file__).parent)

    def it(x):
        return x.oops

    found = fault_of(it, ["plain"])

    assert (found.at.file, found.at.function) == ("test_sweep.py", "it")
    assert found.at.text == "return x.oops"


def test_a_slip_is_not_told_of_an_answer_that_raises():
    def it(x):
        raise TypeError("no such thing")

    found = fault_of(it, ["plain"], slips={"it returns nothing": lambda y: y is None})

    assert found.cause != "it returns nothing"


def test_a_slip_is_told_where_the_first_case_shows_it():
    third = "it divides by three"

    found = fault_of(
        torch.ones_like,
        ["plain"],
        slips={third: lambda y: bool((y == 1).all())},
    )

    assert found.cause == third


class Masked(Layer):
    def __init__(self, width):
        super().__init__(width)
        self.register_buffer("mask", torch.ones(width), persistent=False)

    def forward(self, x):
        return super().forward(x) * self.mask


def test_what_is_not_saved_is_not_asked_of_a_loaded_state():
    sweep_over(Masked, Layer)(
        Module("it"), 4, inputs=draw, columns=("plain", "restored"), call="it(4)(x)"
    )


def test_float64_is_compared_to_more_digits_than_float32_has():
    found = fault_of(lambda x: (x.float() / 2).to(x.dtype), ("plain", "float64"))

    assert found.render().splitlines()[0] == "it gives a wrong result for float64."


@pytest.mark.parametrize("change", [torch.Tensor.neg, lambda x: x + 0.0])
def test_bits_of_nan_and_zero_are_told_apart_where_they_count(change):
    def make(ex):
        return [ex.it(torch.tensor([torch.nan, -0.0]))]

    plays = sweep_over(change, torch.clone)
    plays.cases(make, {"": ()}, call="it(x)")
    with pytest.raises(Finding) as found:
        plays.cases(make, {"": ()}, call="it(x)", tolerance="bits")

    assert found.value.message.got == "other bits, of a NaN or a zero"


def test_the_first_unlike_part_of_a_container_is_shown():
    found = fault_of(
        lambda x: (x / 2, {"it": x + 1}), ("plain",), lambda x: (x / 2, {"it": x})
    )

    assert found.render().splitlines()[2].startswith("  got       'it': float32")


def test_a_part_of_a_dict_is_named_by_its_key():
    def both(x, last):
        return {"mean": x.mean(), "rows": [x[:1], {"last": last}]}

    fault = fault_of(
        lambda x: both(x, x[-1:] + 1), ["plain"], reference=lambda x: both(x, x[-1:])
    )
    assert fault.expected.render() == "'rows': 'last': float32 (1, 4)"
    assert fault.got.render().startswith(
        "'rows': 'last': float32 (1, 4), most unlike at"
    )


def test_an_exception_is_told_as_such_with_what_is_behind_it():
    message = fault_of(
        lambda x: x.view(3, 5),
        ("plain",),
        fault="it does not halve.",
        causes={"invalid for input of size": "the shape is fixed"},
    )

    assert (message.fault.render(), message.cause) == (
        "it raises an exception.",
        "the shape is fixed",
    )


def test_parameters_of_one_shape_may_be_registered_in_any_order():
    sweep_over(lambda: Product("b", "a"), lambda: Product("a", "b"))(
        Module("it"), inputs=draw, columns=("plain", "trained"), call="it(x)"
    )


def test_an_exception_below_the_promised_one_is_asked_for_as_the_promised_one():
    def refuse(kind):
        def it(numbers):
            raise kind("no")

        return it

    def total(ex, numbers):
        return ex.it(numbers)

    cases = {"for two": ([1, 2],)}
    below = refuse(UnicodeError)
    sweep_over(refuse(ValueError), below).cases(
        total, cases, call="it(numbers)", raises=(ValueError,)
    )
    with pytest.raises(Finding) as found:
        sweep_over(sum, below).cases(
            total, cases, call="it(numbers)", raises=(ValueError,)
        )

    assert found.value.message.expected == "ValueError"


def refuse_odd(ex, n):
    ex.it(n)
    if n % 2:
        raise ValueError("odd")
    return n


def order_for(seed, raises):
    met = []
    cases = {f"for {n}": (n,) for n in range(8) if raises or not n % 2}
    sweep_over(met.append, lambda _: None, seed).cases(
        refuse_odd, cases, call="it(n)", raises=raises
    )
    return met


def test_cases_are_played_in_an_order_that_is_drawn():
    one, again, other = (order_for(seed, ()) for seed in (1, 1, 2))

    assert one == again != other
    assert sorted(one) == [0, 2, 4, 6]


def test_where_exceptions_are_promised_the_first_case_is_met_twice():
    one, other = (order_for(seed, (ValueError,)) for seed in (1, 2))

    assert one != other
    assert sorted(one) == [0, *range(8)]


def test_columns_come_behind_the_plain_case():
    met = []

    def note(x):
        met.append(x.dtype)
        return x / 2

    for seed in range(9):
        sweep_over(note, halve, seed)(
            Function("it"), inputs=draw, columns=("plain", "float64"), call="it(x)"
        )

    assert set(met[::3]) == {torch.float32}


def test_a_case_may_have_slips_of_its_own():
    signs = {"it is one too many": 3, "it is one too few": 1}
    cases = {"": (1,), "for two": (2,)}

    with pytest.raises(Finding) as found:
        sweep_over(lambda n: 3 if n == 2 else n, lambda n: n).cases(
            lambda ex, n: ex.it(n), cases, call="it(n)", because={"for two": signs}
        )

    assert found.value.message.cause == "it is one too many"


def test_what_is_read_of_a_value_is_compared_in_its_place():
    sweep = sweep_over(lambda n: [n, "of mine"], lambda n: [n, "another"])

    sweep.cases(lambda ex, n: ex.it(n), {"": (1,)}, call="it(n)", reads=first_of)
    with pytest.raises(Finding):
        sweep.cases(lambda ex, n: ex.it(n), {"": (1,)}, call="it(n)")


def draw_a_number(ex):
    return torch.rand(()).item()


def drawn_for(seed):
    torch.manual_seed(seed)
    return play_cases(None, draw_a_number, [(), ()])


def test_what_a_case_draws_follows_the_seed_of_the_submission():
    one, again, other = map(drawn_for, (1, 1, 2))

    assert one == again != other
    assert one[0] == one[1]


def draw_or_seed(ex, seed):
    return torch.manual_seed(seed).initial_seed() if seed else torch.rand(()).item()


def test_what_cases_draw_leaves_no_trace_but_a_seed_that_one_sets_does():
    with torch.random.fork_rng([]):
        before = torch.get_rng_state()
        play_cases(None, draw_or_seed, [(0,), (0,)])
        assert torch.equal(torch.get_rng_state(), before)

        play_cases(None, draw_or_seed, [(0,), (5,), (0,)])
        assert torch.initial_seed() == 5


def zero_its_input(x):
    x.detach().zero_()
    return x / 2


def test_a_call_that_leaves_its_argument_tells_what_the_argument_holds():
    trial = Trial((torch.tensor([1.0, 2.0]),))
    kept, changed = (
        play_trials(SimpleNamespace(it=it), Function("it"), (), [trial])[0]["kept"]
        for it in (halve, zero_its_input)
    )

    assert kept == [zlib.crc32(bytes.fromhex("0000803f00000040"))]
    assert changed == [False]
