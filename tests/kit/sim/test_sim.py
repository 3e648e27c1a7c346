"""The simulated accelerator behaves as a device does, and counts what it does."""

import copy
import io
import pickle
import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from grader import sim
from grader.sim.memory import to_device_view

SIM = "sim:0"


@pytest.fixture
def meter():
    with sim.attached() as meter:
        yield meter


@pytest.fixture
def x(meter):
    """A tensor on the device, whose arrival is not counted."""
    tensor = torch.arange(6.0).reshape(2, 3).to(SIM)
    meter.reset()
    return tensor


# What a tensor of the device is


def test_a_tensor_is_plain_and_says_where_it_is(x):
    assert type(x) is torch.Tensor
    assert str(x.device) == SIM
    assert x.is_sim
    assert not x.is_cpu
    assert "device='sim:0'" in repr(x)


def test_a_tensor_that_is_there_comes_back_itself(x, meter):
    assert x.to("sim") is x
    assert x.to(torch.device("sim", 0)) is x
    assert x.sim() is x
    assert meter.arrivals == 0


def test_numpy_asks_for_the_cpu_first(x):
    with pytest.raises(TypeError, match=r"can't convert sim:0 .* Use Tensor.cpu\(\)"):
        x.numpy()

    assert x.cpu().numpy().sum() == 15


def test_tolist_reads_the_values(x, meter):
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert meter.departures == 1


def test_views_share_memory_and_storage(x):
    row = x[1]
    row.add_(1)

    assert x.tolist() == [[0, 1, 2], [4, 5, 6]]
    assert x.T.untyped_storage()._cdata == x.untyped_storage()._cdata
    assert x.view(3, 2).tolist() == [[0, 1], [2, 4], [5, 6]]
    pairs = row.unfold(0, 2, 1)
    assert pairs.tolist() == [[4, 5], [5, 6]]
    assert pairs.untyped_storage()._cdata == x.untyped_storage()._cdata
    assert x.view(torch.int32).untyped_storage().data_ptr() == x.data_ptr()


def test_conjugate_views_keep_their_values(meter):
    z = torch.tensor([1 + 2j], device=SIM)

    assert z.conj().is_conj()
    assert z.conj().cpu().tolist() == [1 - 2j]
    assert (z.conj() * 1).tolist() == [1 - 2j]
    assert z.conj().imag.tolist() == [-2]
    assert to_device_view(torch.tensor([1 + 2j]).conj()).tolist() == [1 - 2j]


def test_an_output_given_is_written_to(x):
    out = torch.empty(0, device=SIM)

    result = torch.add(x, 1, out=out)

    assert result is out
    assert out.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_tensor_can_be_resized(x):
    x.resize_(3, 3)[2] = 7

    assert x.tolist() == [[0, 1, 2], [3, 4, 5], [7, 7, 7]]
    assert x.resize_(2).tolist() == [0, 1]
    assert x.set_().shape == (0,)


# Networks


def test_a_network_that_moves_keeps_its_parameters(meter):
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    parameters = list(net.parameters())
    optimizer = torch.optim.SGD(net.parameters(), lr=1.0)

    net.to(SIM)

    assert all(a is b for a, b in zip(parameters, net.parameters(), strict=True))
    assert {str(t.device) for t in net.state_dict().values()} == {SIM}
    before = net[0].bias.detach().cpu()
    net(torch.ones(4, 3, device=SIM)).sum().backward()
    optimizer.step()
    assert not torch.equal(net[0].weight.grad.cpu(), before)
    net.to("cpu")
    assert all(a is b for a, b in zip(parameters, net.parameters(), strict=True))


def test_a_lazy_layer_stays_lazy_until_it_sees_an_input(meter):
    net = nn.LazyLinear(2)

    net.to(SIM)

    assert type(net.weight) is nn.parameter.UninitializedParameter
    net(torch.ones(4, 3, device=SIM))
    assert type(net.weight) is nn.Parameter
    assert net.weight.shape == (2, 3)
    assert str(net.weight.device) == SIM


def make_net():
    return nn.Sequential(
        nn.Conv2d(1, 3, 3),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.LazyLinear(4),
    )


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW])
@pytest.mark.parametrize("fast", [{}, {"foreach": False}, {"fused": True}], ids=str)
def test_an_optimizer_trains_as_on_the_cpu(meter, kind, fast):
    images, labels = torch.randn(8, 1, 8, 8), torch.arange(8) % 4
    net = make_net()
    net(images)
    twin = copy.deepcopy(net).to(SIM)

    for model, device in ((net, "cpu"), (twin, SIM)):
        optimizer = kind(model.parameters(), lr=0.01, **fast)
        for _ in range(3):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(
                model(images.to(device)), labels.to(device)
            )
            loss.backward()
            optimizer.step()

    for mine, theirs in zip(twin.parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(mine.cpu(), theirs, atol=1e-4, rtol=1e-3)


def test_gradients_cross_between_devices(meter):
    x = torch.ones(3, requires_grad=True)

    (x.to(SIM) * 2).sum().cpu().backward()

    assert x.grad.tolist() == [2, 2, 2]
    assert x.grad.is_cpu


def test_an_optimizers_state_is_on_the_device(meter):
    net = nn.Linear(2, 2, device=SIM)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2, device=SIM)).sum().backward()
    optimizer.step()

    other = torch.optim.Adam(net.parameters())
    other.load_state_dict(optimizer.state_dict())

    (state, *_) = other.state.values()
    assert str(state["exp_avg"].device) == SIM


# Copies and files


def test_a_deep_copy_stays_on_the_device_and_keeps_ties(meter):
    net = nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}).to(SIM)
    net["b"].weight = net["a"].weight

    twin = copy.deepcopy(net)

    assert twin["b"].weight is twin["a"].weight
    assert str(twin["a"].weight.device) == SIM
    assert twin["a"].weight.data_ptr() != net["a"].weight.data_ptr()


def test_a_network_survives_pickle(meter):
    net = nn.Linear(2, 2).to(SIM)

    twin = pickle.loads(pickle.dumps(net))

    assert str(twin.weight.device) == SIM
    assert torch.equal(twin.weight, net.weight)


def saved(value):
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return file


@pytest.mark.parametrize("weights_only", [True, False])
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (None, SIM),
        ("cpu", "cpu"),
        ("sim", SIM),
        (torch.device("cpu"), "cpu"),
        ({"sim:0": "cpu"}, "cpu"),
    ],
    ids=str,
)
def test_a_file_written_on_the_device_loads(x, place, expected, weights_only):
    file = saved({"x": x, "row": x[1]})

    loaded = torch.load(file, map_location=place, weights_only=weights_only)

    assert str(loaded["x"].device) == expected
    assert loaded["x"].tolist() == x.tolist()
    loaded["x"][1] = 0
    assert loaded["row"].tolist() == [0, 0, 0]


def test_a_file_written_on_the_cpu_loads_to_the_device(meter):
    loaded = torch.load(saved(torch.ones(2)), map_location=SIM)

    assert str(loaded.device) == SIM
    assert loaded.tolist() == [1, 1]


def test_a_state_dict_of_the_device_goes_into_a_network_on_the_cpu(meter):
    source, target = nn.Linear(2, 2).to(SIM), nn.Linear(2, 2)

    target.load_state_dict(source.state_dict())

    assert target.weight.is_cpu
    assert torch.equal(target.weight, source.weight.cpu())


# Counters


@pytest.mark.parametrize(
    ("act", "waits", "departures"),
    [
        (lambda x: x.cpu(), 1, 1),
        (lambda x: x.to("cpu", torch.float64), 1, 1),
        (lambda x: torch.empty(2, 3).copy_(x), 1, 1),
        (lambda x: x.to("cpu", non_blocking=True), 0, 1),
        (lambda x: x.sum().item(), 1, 1),
        (lambda x: float(x[0, 0]), 1, 1),
        (lambda x: bool((x > 9).any()), 1, 1),
        (lambda x: torch.equal(x, x + 1), 1, 0),
        (lambda x: torch.allclose(x, x + 1), 1, 1),
        (lambda x: x.nonzero(), 1, 0),
        (lambda x: x[x > 2], 1, 0),
        (lambda x: x.masked_select(x > 2), 1, 0),
        (lambda x: x.unique(), 1, 0),
        (lambda x: torch.accelerator.synchronize(), 1, 0),
        (lambda x: torch.sim.synchronize(SIM), 1, 0),
        (lambda x: (x @ x.T).relu().mean(), 0, 0),
        (lambda x: torch.where(x > 2, x, 0.0).masked_fill_(x > 3, 1.0), 0, 0),
        (lambda x: x.to(torch.float64)[1:].clone(), 0, 0),
        (lambda x: nn.functional.cross_entropy(x, x.argmax(1)), 0, 0),
        (lambda x: x.T, 0, 0),
    ],
)
def test_waits_are_counted(x, meter, act, waits, departures):
    act(x)

    assert (meter.waits, meter.departures) == (waits, departures)
    assert meter.arrivals == 0


@pytest.mark.parametrize(
    ("act", "arrivals", "arrived"),
    [
        (lambda x: torch.ones(4).to(SIM), 1, 16),
        (lambda x: torch.ones(4).to("sim", non_blocking=True), 1, 16),
        (lambda x: torch.tensor([1.0, 2.0], device=SIM), 1, 8),
        (lambda x: x.copy_(torch.ones(2, 3)), 1, 24),
        (lambda x: x[torch.tensor([0])], 1, 8),
        (lambda x: x.index_put_((torch.tensor([0]),), x[1]), 1, 8),
        (lambda x: nn.Linear(2, 3).to(SIM), 2, 36),
        (lambda x: torch.ones(4, device=SIM) + 1, 0, 0),
        (lambda x: x + torch.tensor(2.0), 0, 0),
        (lambda x: x.clone(), 0, 0),
    ],
)
def test_arrivals_are_counted(x, meter, act, arrivals, arrived):
    act(x)

    assert (meter.arrivals, meter.arrived) == (arrivals, arrived)
    assert meter.waits == 0


def test_bytes_are_counted_while_a_storage_lives(meter):
    start = meter.live

    a = torch.zeros(1000, device=SIM)
    view = a[10:].view(-1, 10)
    b = a + 1
    assert meter.live - start == 8000
    del a
    assert meter.live - start == 8000
    del view
    assert meter.live - start == 4000
    del b

    assert meter.live == start
    assert meter.peak - start == 8000


def test_what_backward_needs_is_held_until_then(meter):
    w = torch.ones(1000, device=SIM, requires_grad=True)
    start = meter.live

    loss = w.exp().sum()
    held = meter.live - start
    loss.backward()
    del loss

    assert held == 4004
    assert meter.live - start == 4000  # the gradient


def test_attaching_starts_the_counters_anew(x, meter):
    x.sum().item()

    with sim.attached() as again:
        assert (again.waits, again.peak) == (0, again.live)


# Random numbers


def test_seeds_repeat_the_devices_numbers(meter):
    torch.manual_seed(3)
    first = torch.randn(4, device=SIM)
    torch.manual_seed(3)

    assert torch.equal(torch.randn(4, device=SIM), first)
    assert not torch.equal(torch.randn(4, device=SIM), first)


def test_the_device_draws_beside_the_cpu(meter):
    state = torch.get_rng_state()

    nn.functional.dropout(torch.ones(9, device=SIM))
    torch.randperm(9, device=SIM)

    assert torch.equal(torch.get_rng_state(), state)


def test_a_generator_of_the_device_repeats_its_numbers(meter):
    first, second = (
        torch.randn(4, device=SIM, generator=torch.Generator(SIM).manual_seed(1))
        for _ in range(2)
    )

    assert str(torch.Generator(SIM).device) == SIM
    assert torch.equal(first, second)


def test_generators_of_the_cpu_are_what_they_were(meter):
    generator = torch.Generator().manual_seed(1)

    assert generator.device.type == "cpu"
    assert isinstance(generator, torch.Generator)
    assert isinstance(torch.default_generator, torch.Generator)
    with pytest.raises(RuntimeError, match="Expected a 'sim' device type for gener"):
        torch.randn(4, device=SIM, generator=generator)


def test_checkpointing_draws_the_same_numbers_again(meter):
    x = torch.ones(50, device=SIM, requires_grad=True)

    y = checkpoint(nn.functional.dropout, x, use_reentrant=False)
    torch.rand(7, device=SIM)
    y.sum().backward()

    assert torch.equal(x.grad != 0, y != 0)


# As torch's accelerator


def test_the_accelerator_is_there_while_it_is_attached():
    assert not torch.accelerator.is_available()
    assert torch.accelerator.current_accelerator() is None
    assert torch.accelerator.device_count() == 0

    with sim.attached():
        assert torch.accelerator.is_available()
        assert torch.accelerator.current_accelerator(check_available=True).type == "sim"
        assert torch.accelerator.device_count() == 1
        assert torch.accelerator.current_device_index() == 0
        assert torch.get_device_module("sim") is torch.sim

    assert not torch.accelerator.is_available()


def test_the_accelerators_memory_is_the_devices(x, meter):
    torch.accelerator.reset_peak_memory_stats()
    start = torch.accelerator.memory_allocated()

    torch.zeros(100, device=SIM)

    assert start == meter.live
    assert torch.accelerator.memory_allocated(SIM) == start
    assert torch.accelerator.max_memory_allocated() == start + 400


def test_streams_and_events_can_be_asked_for(x):
    side = torch.Stream(device=SIM)

    with side:
        event = side.record_event()
        y = x + 1
    torch.accelerator.current_stream().wait_event(event)
    y.record_stream(torch.accelerator.current_stream())

    assert y.sum().item() == 21


def test_memory_can_be_pinned(meter):
    pinned = torch.ones(3).pin_memory()
    (batch,) = torch.utils.data.DataLoader(torch.ones(2), batch_size=2, pin_memory=True)

    assert pinned.is_pinned()
    assert pinned[1:].is_pinned()
    assert pinned.pin_memory() is pinned
    assert batch.is_pinned()
    assert not torch.ones(3).is_pinned()


# What it does not do


@pytest.mark.parametrize(
    "act",
    [
        lambda x: x.to(torch.float8_e4m3fn),
        lambda x: torch.empty(2, dtype=torch.complex32, device=SIM),
        lambda x: x.to_sparse(),
        lambda x: nn.LSTM(3, 2, device=SIM).forward(x),
        lambda x: torch.UntypedStorage([1, 2], device=SIM),
        lambda x: x.untyped_storage().resize_(100),
        lambda x: torch.autocast("sim", torch.bfloat16).__enter__() and x @ x.T,
    ],
    ids=["float8", "complex32", "sparse", "lstm", "storage", "resized", "autocast"],
)
def test_what_it_has_not_is_refused(x, act):
    try:
        with pytest.raises(NotImplementedError, match="sim:0|PrivateUse1"):
            act(x)
    finally:
        torch.set_autocast_enabled("sim", False)


@pytest.mark.parametrize(
    "act",
    [
        lambda x: torch.ones(2, device="sim:1"),
        lambda x: x.to("sim:1"),
        lambda x: torch.ones(2).to("sim:1"),
        lambda x: torch.accelerator.synchronize("sim:1"),
    ],
)
def test_other_indices_are_no_devices(x, act):
    with pytest.raises(RuntimeError, match=r"invalid device ordinal: sim:1"):
        act(x)


MIXES = {
    "add": lambda x, y: x + y,
    "added": lambda x, y: y + x,
    "matmul": lambda x, y: x @ y.T,
    "linear": nn.functional.linear,
    "einsum": lambda x, y: torch.einsum("ij,kj->ik", x, y),
    "embedding": lambda x, y: nn.functional.embedding(y[0].long(), x),
    "cat": lambda x, y: torch.cat([x, y]),
    "number_as_index": lambda x, y: x.index_select(0, y[0, 0].long()),
    "numbers_stacked": lambda x, y: torch.stack([x[0, 0], y[0, 0]]),
    "loss": nn.functional.mse_loss,
    "index_of_the_device": lambda x, y: y[x[0].long()],
    "in_place": lambda x, y: x.add_(y),
    "layer": lambda x, y: nn.Linear(3, 2)(x),
    "batch_norm": lambda x, y: nn.BatchNorm1d(3)(x),
}


@pytest.mark.parametrize("mix", MIXES.values(), ids=MIXES)
def test_a_mix_of_devices_is_refused_as_cuda_does(x, mix):
    with pytest.raises(RuntimeError, match=r"same device|indices should be either on"):
        mix(x, torch.ones(2, 3))


def test_the_message_names_both_devices(x):
    with pytest.raises(
        RuntimeError,
        match="Expected all tensors to be on the same device, but found at least two "
        "devices, sim:0 and cpu!",
    ):
        x @ torch.ones(3, 2)


def test_numbers_of_the_cpu_may_meet_tensors_of_the_device(x):
    assert (x * torch.tensor(2.0)).tolist() == [[0, 2, 4], [6, 8, 10]]
    assert x.masked_fill(x > 1, torch.tensor(0.0)).sum().item() == 1


def test_it_cannot_be_registered_after_a_backward_pass():
    late = (
        "import torch; from grader import sim\n"
        "torch.ones(1, requires_grad=True).sum().backward()\n"
        "try: sim.register()\n"
        "except sim.SimulationError as error: print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", late], capture_output=True, text=True, check=True
    )

    assert "call grader.sim.register() at its start" in done.stdout
