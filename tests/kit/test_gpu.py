"""A real GPU: what of it gets into the sandbox, its name, and processes that fork.

The kit is tested without one: these are the parts that can be.
"""

import pytest
import torch

from grader import gpu
from grader.observe.local import LocalObserver
from grader.sandbox.box import bubblewrap_command
from grader.sandbox.gpu_binds import binds
from grader.sandbox.prefork import warm

DEVICES = ["null", "sda", "nvidia1", "nvidia0", "nvidiactl", "nvidia-uvm", "kvm"]
LIBRARIES = """2 libs found in cache `/etc/ld.so.cache'
	libcuda.so.1 (libc6,x86-64) => {folder}/libcuda.so.1
	libssl.so.3 (libc6,x86-64) => /opt/ssl/lib/libssl.so.3
	libnvidia-ml.so.1 (libc6,x86-64) => {folder}/libnvidia-ml.so.1
"""


def bound(arguments, option):
    """Return what arguments of bubblewrap show with an option."""
    return [
        path
        for name, path, inner in zip(*[iter(arguments)] * 3, strict=True)
        if name == option and path == inner
    ]


def test_device_files_of_gpus_and_nothing_else_are_let_in():
    arguments = binds(DEVICES, LIBRARIES.format(folder="/usr/lib/x86_64-linux-gnu"))

    assert bound(arguments, "--dev-bind-try") == [
        "/dev/nvidia-uvm",
        "/dev/nvidia0",
        "/dev/nvidia1",
        "/dev/nvidiactl",
    ]
    assert bound(arguments, "--ro-bind-try") == ["/etc/ld.so.cache"]


def test_a_driver_outside_of_usr_is_shown():
    arguments = binds(DEVICES, LIBRARIES.format(folder="/run/opengl-driver/lib"))

    assert bound(arguments, "--ro-bind-try") == [
        "/etc/ld.so.cache",
        "/run/opengl-driver/lib",
    ]


def test_without_a_gpu_nothing_is_let_in():
    assert binds(["null", "zero"], LIBRARIES.format(folder="/opt/driver")) == []


def test_a_gpu_is_let_in_before_the_devices_are_made_read_only():
    command = bubblewrap_command(1 << 20, binds(DEVICES, ""))

    before = command[: command.index("--remount-ro")]
    assert "/dev/nvidia0" in before
    assert before.index("--dev") < before.index("/dev/nvidia0")


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        (["Model: \t\t NVIDIA H100\nIRQ: 1\n"], "NVIDIA H100"),
        (["Model: T4\n", "Model: T4\n", "Model: A10\n"], "T4, A10"),
        (["IRQ: 1\n"], "CUDA"),
    ],
)
def test_gpus_are_named_as_the_driver_does(cards, expected):
    assert gpu.models(cards) == expected


@pytest.mark.parametrize("available", [True, False])
@pytest.mark.parametrize("mark", ["cuda", "sim"])
def test_a_gpu_is_let_in_where_there_is_one_and_a_test_for_it(
    monkeypatch, tmp_path, available, mark
):
    monkeypatch.setattr(gpu, "is_available", lambda: available)
    suite = tmp_path / "test_suite.py"
    suite.write_text(f"@pytest.mark.{mark}\ndef test_it(observe): pass\n")

    assert gpu.is_needed([suite]) is (available and mark == "cuda")


def test_in_a_students_process_a_gpu_is_not_replaced_by_the_simulated_one(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(gpu, "is_available", lambda: True)
    observer = LocalObserver(tmp_path, test_seconds=1.0)

    observer.prepare(simulated=False)
    with pytest.raises(pytest.skip.Exception, match="there is a real GPU"):
        observer.prepare(simulated=True)


@pytest.fixture
def pretended_gpu(monkeypatch):
    """Let torch find a GPU, and fail when it is used."""

    def use(*_):
        raise AssertionError("CUDA has been started")

    def accelerator(check_available=False):
        found = torch.cuda.is_available() or not check_available
        return torch.device("cuda") if found else None

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", accelerator)
    monkeypatch.setattr(torch.accelerator, "current_stream", use)


def test_a_process_that_will_fork_does_not_start_cuda(pretended_gpu):
    threads = torch.get_num_threads()

    warm()

    torch.set_num_threads(threads)
