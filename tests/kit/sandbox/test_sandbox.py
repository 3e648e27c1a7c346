"""What a sandbox keeps a submission from, and what it clears away after it."""

import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import cloudpickle
import pytest
import torch
from torch.utils.hooks import RemovableHandle

from grader import sim
from grader.judge.observer import SandboxObserver
from grader.layout import KIT
from grader.observe.finding import Finding
from grader.sandbox import box
from grader.sandbox.isolation import Level, probe_bubblewrap
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.zygote import Zygote
from grader.scoring.outcome import Outcome
from grader.scoring.submission import Submission
from grader.words import render

cloudpickle.register_pickle_by_value(sys.modules[__name__])

LIMITS = Limits(test_seconds=3.0, memory=1 << 30, scratch=64 << 20, processes=24)
SUBMISSION = Submission("ana", {"topic": b"import os\nanswer = 42\n"})
available = [Level.PROCESS]
if probe_bubblewrap().available:
    available.insert(0, Level.BUBBLEWRAP)


@pytest.fixture(scope="module")
def zygote():
    with closing(Zygote.start()) as started:
        yield started


@pytest.fixture(scope="module", params=available)
def warm_sandbox(request, zygote):
    if request.param not in available:
        pytest.skip("bubblewrap is not installed: see the README")
    with closing(Sandbox(request.param, LIMITS, zygote)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(warm_sandbox):
    yield warm_sandbox
    assert warm_sandbox.clear().clean


in_bubblewrap = pytest.mark.parametrize(
    "warm_sandbox", [Level.BUBBLEWRAP], indirect=True
)


def ask(sandbox, scenario, *args, source=SUBMISSION.sources["topic"], seconds=None):
    """Play one scenario as one submission."""
    observer = SandboxObserver(sandbox, Submission("ana", {"topic": source}))
    observer.start_test()
    if seconds is not None:
        observer.test_left = seconds
    try:
        return observer.play("topic", scenario, args, 1)
    finally:
        observer.close()


def value(sandbox, scenario, *args):
    answer = ask(sandbox, scenario, *args)
    assert "value" in answer, answer
    return answer["value"]


def outcome(sandbox, scenario, *args, **more):
    with pytest.raises(Finding) as raised:
        ask(sandbox, scenario, *args, **more)
    return raised.value


# Every level


def read_answer(ex):
    return ex.answer


def test_a_scenario_sees_the_students_module(sandbox):
    assert value(sandbox, read_answer) == 42


def test_only_files_that_count_for_a_topic_lie_beside_it(sandbox):
    """What it imports by a hidden name could change without a new verdict."""

    def play(source):
        sources = {"topic": source, "other": b"answer = 42"}
        observer = SandboxObserver(sandbox, Submission("ana", sources))
        try:
            return observer.play("topic", read_answer, (), 1)
        finally:
            observer.close()

    assert play(b"from other import answer") == {"value": 42}
    with pytest.raises(Finding, match="cannot be imported"):
        play(b"answer = __import__('oth' + 'er').answer")


def leave_by_exit(ex):
    os._exit(0)


def test_a_process_that_ends_itself_costs_its_test(sandbox):
    found = outcome(sandbox, leave_by_exit)

    assert found.outcome is Outcome.KILLED
    assert render(found.message.got) == "ended with status 0"
    assert value(sandbox, read_answer) == 42


def leave_by_signal(ex):
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_crash_is_told_by_its_signal(sandbox):
    assert render(outcome(sandbox, leave_by_signal).message.got) == "ended by SIGSEGV"


def loop_for_ever(ex):
    while True:
        pass


def test_a_loop_without_end_is_stopped(sandbox):
    assert outcome(sandbox, loop_for_ever).outcome is Outcome.TIMED_OUT


def crowd_one_core(ex):
    core = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(0, core)
    children = [os.fork() for _ in range(2)]
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        pass
    if 0 in children:
        os._exit(0)


def test_the_time_for_which_a_worker_had_no_core_is_known(warm_sandbox):
    observer = SandboxObserver(warm_sandbox, SUBMISSION)
    observer.start_test()
    observer.play("topic", lambda ex: None, (), 1)
    before = warm_sandbox.waited()

    observer.play("topic", crowd_one_core, (), 1)
    after = warm_sandbox.waited()
    observer.close()

    assert after - before > 0.2


def swallow_everything(ex):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def test_a_loop_that_catches_everything_is_stopped(sandbox):
    assert outcome(sandbox, swallow_everything).outcome is Outcome.TIMED_OUT


def raise_exit(ex):
    sys.exit(0)


def test_sys_exit_is_an_exception_like_others(sandbox):
    assert ask(sandbox, raise_exit)["error"]["types"][0] == "SystemExit"


def fill_memory(ex):
    return len([torch.ones(1 << 28) for _ in range(8)])


def test_memory_beyond_the_limit_is_not_given(sandbox):
    answer = ask(sandbox, fill_memory)

    assert "can't allocate memory" in answer["error"]["message"]


def fill_memory_for_good(ex):
    ex.kept = []
    while True:
        ex.kept.append(bytearray(16 << 20))


def take_half(ex):
    return len(bytearray(LIMITS.memory // 2))


def open_files_for_good(ex):
    ex.kept = []
    while True:
        ex.kept.append(open("/dev/null"))


def open_one(ex):
    return open("/dev/null").read()


@pytest.mark.parametrize(
    ("exhaust", "error", "use", "expected"),
    [
        (fill_memory_for_good, "MemoryError", take_half, LIMITS.memory // 2),
        (open_files_for_good, "OSError", open_one, ""),
    ],
)
def test_what_one_test_uses_up_is_there_for_the_next(
    sandbox, exhaust, error, use, expected
):
    observer = SandboxObserver(sandbox, SUBMISSION)
    observer.start_test()
    answer = observer.play("topic", exhaust, (), 1)
    assert error in answer["error"]["types"]

    observer.start_test()
    assert observer.play("topic", use, (), 1) == {"value": expected}
    observer.close()


def say_oddly_how_worn_it_is(ex):
    sys.modules["grader.sandbox.worker"].is_worn = lambda half: torch.ones(2)
    return 1


def test_a_worker_that_lies_about_its_wear_is_no_fault_of_the_kit(sandbox):
    assert value(sandbox, say_oddly_how_worn_it_is) == 1


def fill_memory_in_children(ex):
    for _ in range(8):
        if os.fork() == 0:
            torch.ones(120 << 20)  # 480 MB each, below the limit of one process
            time.sleep(60)
            os._exit(0)
    time.sleep(60)


def test_memory_of_all_processes_counts_together(sandbox):
    found = outcome(sandbox, fill_memory_in_children, seconds=60)

    assert found.message.got == "more memory than a submission may use"


def fill_memory_that_could_be_shared(ex):
    block, kept = bytes(64 << 20), []
    while True:
        kept.append(mmap.mmap(-1, len(block)))
        kept[-1].write(block)


def test_memory_that_is_mapped_to_be_shared_counts(sandbox):
    found = outcome(sandbox, fill_memory_that_could_be_shared, seconds=60)

    assert found.message.got == "more memory than a submission may use"


def send_garbage(ex):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\0\0\0\4\0\0\0\0junk" * 8)
        except OSError:
            pass
    time.sleep(30)


def test_garbage_on_every_descriptor_breaks_the_protocol(sandbox):
    assert outcome(sandbox, send_garbage).outcome is Outcome.BROKE_PROTOCOL
    assert value(sandbox, read_answer) == 42


EARLY = b"""
import os, threading, time
from grader.sandbox import wire
import socket

frame = wire.encode({"value": 42, "nonce": "0" * 16})
for descriptor in range(3, 64):
    try:
        os.write(descriptor, frame)
    except OSError:
        pass
"""


def test_an_answer_before_the_question_breaks_the_protocol(sandbox):
    assert outcome(sandbox, read_answer, source=EARLY).outcome is Outcome.BROKE_PROTOCOL


def close_everything(ex):
    os.closerange(0, 256)
    return 1


def test_closed_descriptors_cost_their_test(sandbox):
    assert outcome(sandbox, close_everything).outcome is Outcome.KILLED


def answer_hugely(ex):
    return torch.zeros(1 << 26)


def test_a_huge_answer_is_told_as_an_error(sandbox):
    assert "bytes of data" in ask(sandbox, answer_hugely)["error"]["message"]


def raise_without_lines(ex):
    def fail():
        raise ValueError("nowhere")

    file = os.path.join(os.getcwd(), "topic.py")
    fail.__code__ = fail.__code__.replace(co_filename=file, co_linetable=b"")
    fail()


def test_an_error_in_code_without_lines_is_told(sandbox):
    error = ask(sandbox, raise_without_lines)["error"]

    assert error["message"] == "nowhere"
    assert (error["where"]["file"], error["where"]["line"]) == ("topic.py", 0)


def print_hugely(ex):
    for _ in range(200):
        print("x" * 100_000)
        os.write(2, b"y" * 100_000)
    return True


def test_what_is_printed_goes_nowhere(sandbox):
    assert value(sandbox, print_hugely) is True


def leave_a_daemon(ex):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Path("daemon").write_text(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    while not Path("daemon").exists() or not Path("daemon").read_text():
        time.sleep(0.01)
    return int(Path("daemon").read_text())


def is_alive(ex, pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


SETTINGS = {
    "limit": lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (20, 20)),
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
    "affinity": lambda: os.sched_setaffinity(1, {min(os.sched_getaffinity(1))}),
}


def change_setting(ex, name) -> str:
    try:
        SETTINGS[name]()
    except PermissionError:
        return "refused"
    return "changed"


@in_bubblewrap
@pytest.mark.parametrize("name", SETTINGS)
def test_a_submission_cannot_change_the_server(sandbox, name):
    assert value(sandbox, change_setting, name) == "refused"


def test_a_daemon_does_not_outlive_its_submission(sandbox):
    pid = value(sandbox, leave_a_daemon)

    assert value(sandbox, is_alive, pid) is False


def leave_files(ex):
    os.makedirs("a/b/c")
    Path("a/b/c/file").write_text("mine")
    os.chmod("a/b", 0)
    os.chmod("a", 0)
    return os.getcwd()


def list_files(ex, folder):
    return sorted(os.listdir(Path(folder).parent)), sorted(os.listdir(folder))


def test_files_do_not_outlive_their_submission(sandbox):
    folder = value(sandbox, leave_files)

    assert value(sandbox, list_files, folder) == (["work"], ["topic.py"])


def use_data_loader(ex):
    loader = torch.utils.data.DataLoader(torch.arange(8), batch_size=4, num_workers=2)
    return [batch.tolist() for batch in loader]


def test_a_data_loader_with_workers_runs(sandbox):
    assert value(sandbox, use_data_loader) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def train_on_device(ex):
    with sim.attached() as meter:
        net = torch.nn.Linear(2, 1).to("sim")
        net(torch.ones(3, 2, device="sim")).sum().backward()
        return str(net.weight.grad.device), meter.arrivals, net.bias.grad


def name_accelerator(ex):
    return str(torch.accelerator.current_accelerator())


def test_a_worker_has_the_simulated_accelerator_only_if_asked_for(sandbox):
    observer = SandboxObserver(sandbox, SUBMISSION)
    observer.start_test()

    before = observer.play("topic", name_accelerator, (), 1)
    observer.prepare(simulated=True)
    trained = observer.play("topic", train_on_device, (), 1)
    observer.prepare(simulated=False)
    after = observer.play("topic", name_accelerator, (), 1)
    observer.close()

    assert trained["value"] == ("sim:0", 2, torch.tensor([3.0]))
    assert before["value"] == after["value"] == "None"


def can_import(ex, names):
    found = []
    for name in names:
        try:
            __import__(name)
            found.append(name)
        except ImportError:
            pass
    return found


class Layer(torch.nn.Module):
    """Of this file, so that it travels by value."""

    def forward(self, x):
        return x + 1


def copy_by_pickle(ex, layer) -> tuple:
    import io
    import pickle

    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)
    return pickle.loads(pickle.dumps(layer))(1), loaded(2)


def test_a_layer_of_the_tests_can_be_pickled_and_saved_whole(sandbox):
    assert value(sandbox, copy_by_pickle, Layer()) == (2, 3)


def test_the_worker_imports_nothing_of_the_judge(sandbox):
    judge = [
        "grader.judge",
        "grader.observe",
        "grader.scoring.score",
        "solutions",
        "tests",
    ]

    assert value(sandbox, can_import, [*judge, "grader.sandbox.wire"]) == [
        "grader.sandbox.wire"
    ]


# Bubblewrap


def identity(ex):
    status = dict(
        line.split(":\t", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":\t" in line
    )
    return os.getuid(), status["CapEff"], status["NoNewPrivs"], status["CapBnd"]


@in_bubblewrap
def test_the_student_has_no_rights(sandbox):
    uid, effective, no_new_privileges, bounding = value(sandbox, identity)

    assert uid != 0
    assert int(effective, 16) == 0
    assert no_new_privileges == "1"
    assert os.geteuid() != 0 or int(bounding, 16) == 0


def what_exists(ex, paths):
    return [path for path in paths if os.path.exists(path)]


@in_bubblewrap
def test_no_secret_is_in_sight(sandbox, tmp_path):
    secrets = [
        KIT.solutions,
        KIT.hidden_tests,
        KIT.root / "grader",
        KIT.root / "course.secret",
        tmp_path,
        Path.home() / ".bashrc",
        "/etc/passwd",
        "/sys/kernel",
    ]

    assert value(sandbox, what_exists, list(map(str, secrets))) == []


def environment(ex):
    return dict(os.environ)


@in_bubblewrap
def test_the_environment_tells_nothing(sandbox, monkeypatch):
    monkeypatch.setenv("TOKEN", "secret")

    assert set(value(sandbox, environment)) <= {
        "HOME",
        "TMPDIR",
        "USER",
        "PATH",
        "LANG",
        "PWD",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LC_CTYPE",
    } | {
        name
        for name in value(sandbox, environment)
        if name.startswith(("TORCH", "KMP"))
    }


def connect(ex, port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@in_bubblewrap
def test_services_of_the_host_are_out_of_reach(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert value(sandbox, connect, server.getsockname()[1]) is False


def attack_pid_1(ex):
    done = []
    for name, attempt in {
        "kill": lambda: os.kill(1, signal.SIGKILL),
        "memory": lambda: open("/proc/1/mem", "rb").read(1),
        "environment": lambda: open("/proc/1/environ").read(),
        "descriptors": lambda: os.listdir("/proc/1/fd"),
    }.items():
        try:
            attempt()
            done.append(name)
        except OSError:
            pass
    return done


@in_bubblewrap
def test_the_server_cannot_be_killed_or_read(sandbox):
    # The kernel takes a signal to pid 1 and does nothing.
    assert value(sandbox, attack_pid_1) == ["kill"]
    assert value(sandbox, read_answer) == 42


def write_everywhere(ex, paths):
    written = []
    for path in paths:
        try:
            Path(path, "x").write_text("x")
            written.append(path)
        except OSError:
            pass
    return written


@in_bubblewrap
def test_only_scratch_and_shared_memory_can_be_written(sandbox):
    places = ["/", "/usr", "/dev", "/proc/sys/kernel", "/scratch", "/dev/shm"]
    places += [sys.prefix, sys.base_prefix]

    assert value(sandbox, write_everywhere, places) == ["/scratch", "/dev/shm"]


def fill_scratch(ex):
    written = 0
    try:
        for i in range(8):
            with open(f"/scratch/{i}", "wb") as stream:
                for _ in range(32):
                    written += stream.write(b"x" * (1 << 20))
    except OSError:
        pass
    return written


@in_bubblewrap
def test_scratch_has_a_size(sandbox):
    assert value(sandbox, fill_scratch) <= LIMITS.scratch


def bomb(ex):
    children = 0
    try:
        while children < 200:
            if os.fork() == 0:
                time.sleep(30)
            children += 1
    except OSError:
        pass
    return children


@in_bubblewrap
def test_a_fork_bomb_meets_its_limit(sandbox):
    assert 0 < value(sandbox, bomb) <= LIMITS.processes
    assert value(sandbox, read_answer) == 42


def test_a_sandbox_ends_with_its_owner():
    script = (
        "import os, signal\n"
        "from grader.sandbox.launch import Sandbox\n"
        "from grader.sandbox.isolation import Level\n"
        "from grader.sandbox.limits import Limits\n"
        "from grader.sandbox.zygote import Zygote\n"
        "zygote = Zygote.start()\n"
        f"sandbox = Sandbox(Level('{available[0]}'), Limits(), zygote)\n"
        "print(zygote.pid, sandbox._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    pids = [int(word) for word in done.stdout.split()]

    for _ in range(600):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return
        time.sleep(0.1)
    pytest.fail("the sandbox outlives its owner")


SILENT = b"""
import ctypes
import os
from grader.sandbox import laws
laws.broken = lambda before: []
def leave_open():
    os.open(os.devnull, os.O_RDONLY)
def hide():
    ctypes.CDLL(None).prctl(4, 0)
"""


def call(ex, name: str) -> None:
    if name:
        getattr(ex, name)()


def breaks(sandbox, *names):
    observer = SandboxObserver(sandbox, Submission("ana", {"topic": SILENT}))
    played = [observer.play("topic", call, (name,), 1) for name in names]
    observer.close()
    return [answer.get("broken", []) for answer in played]


def test_files_that_stay_open_are_counted_outside_of_the_worker(sandbox):
    assert breaks(sandbox, "", "leave_open", "") == [[], ["open_files"], []]


@in_bubblewrap
def test_a_worker_that_hides_its_files_breaks_the_law(sandbox):
    assert breaks(sandbox, "", "hide", "") == [[], ["open_files"], ["open_files"]]


def hooks_after_one_more(ex, net: torch.nn.Module) -> int:
    net.register_forward_hook(lambda *_: None).remove()
    return len(net._forward_hooks)


def test_a_hook_takes_no_place_of_those_that_a_network_brings(sandbox):
    before = RemovableHandle.next_id
    RemovableHandle.next_id = 0
    nets = [torch.nn.ReLU() for _ in range(40)]
    for net in nets:
        net.register_forward_hook(lambda *_: None)
    RemovableHandle.next_id += before
    observer = SandboxObserver(sandbox, SUBMISSION)

    left = [
        observer.play("topic", hooks_after_one_more, (net,), 1)["value"] for net in nets
    ]
    observer.close()

    assert left == [1] * len(nets)


def test_what_a_submission_prints_goes_nowhere(sandbox):
    def say(ex) -> None:
        print("out")
        print("err", file=sys.stderr)
        os.write(1, b"raw")
        raise ValueError("never shown")

    sandbox.printed()
    ask(sandbox, say)
    assert sandbox.printed() == ""


def look_at_itself(ex) -> dict:
    files = []
    for name in os.listdir("/proc/self/fd"):
        try:
            files.append(os.readlink(f"/proc/self/fd/{name}").partition(":")[0])
        except OSError:
            continue  # the listing's own
    with open("/proc/self/environ", "rb") as environ:
        names = [line.partition(b"=")[0] for line in environ.read().split(b"\0")]
    with open("/proc/self/cmdline") as line:
        command = line.read()
    return {
        "files": sorted(files),
        "environ": sorted(name.decode() for name in names if name),
        "command": command,
        "secrets": [k for k in os.environ if "SECRET" in k or "GRADER" in k],
    }


def test_a_worker_has_nothing_of_those_that_it_was_forked_from(sandbox):
    found = value(sandbox, look_at_itself)

    assert found["files"] == ["/dev/null", "/dev/null", "/dev/null", "socket"]
    assert found["environ"] == sorted(box.environment("/scratch"))
    assert found["secrets"] == []
    assert str(KIT.root) not in found["command"].replace(sys.prefix, "")


def rights(ex) -> list:
    with open("/proc/self/status") as status:
        lines = dict(
            line.strip().split(":\t") for line in status if ":\t" in line.strip()
        )
    held = [int(lines[name], 16) for name in lines if name.startswith("Cap")]
    return [*held, lines["NoNewPrivs"]]


@in_bubblewrap
def test_a_worker_has_no_capability_and_gets_none(sandbox):
    assert value(sandbox, rights) == [0, 0, 0, 0, 0, "1"]
