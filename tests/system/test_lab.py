"""The lab itself: what exec keeps, what kill and start mean, and that down leaves nothing."""
import http.client
import json
import os
import pathlib
import re
import select
import subprocess
import time
import urllib.parse

import pytest

from story.teller import LAB, Teller
from tenant import Tenant


@pytest.fixture(scope="module")
def places(teller):
    """The three places where commands run, by their command."""
    with Tenant(teller) as tenant:
        guest, _ = tenant.start_vm("vm", "worker1")
        pod, _ = tenant.start_pod("pod", "worker2")
        yield {"node": ["exec", "worker3"], "guest": ["vm", "exec", guest], "pod": ["pod", "exec", pod]}


@pytest.fixture(params=["node", "guest", "pod"])
def place(request, places):
    return places[request.param]


def lab(*arguments, input=b"", timeout=60, env=None):
    return subprocess.run([LAB, *arguments], input=input, capture_output=True, timeout=timeout,
                          env={**os.environ, **(env or {})})


def sh(place, script, **options):
    return lab(*place, "--", "sh", "-c", script, **options)


def test_exec_keeps_the_exit_code(place):
    assert sh(place, "exit 42").returncode == 42
    assert sh(place, "exit 0").returncode == 0


def test_exec_keeps_stdin_and_stdout_byte_by_byte(place):
    content = os.urandom(300_000)
    done = sh(place, "cat", input=content)
    assert done.stdout == content and done.returncode == 0


def test_exec_ends_stdin_that_is_empty(place):
    done = sh(place, "cat", input=b"")
    assert done.stdout == b"" and done.returncode == 0


def test_exec_of_a_missing_command_gives_127(place):
    assert lab(*place, "--", "no-such-command").returncode == 127


def test_exec_keeps_stderr_apart(place):
    done = sh(place, "echo out; echo err >&2")
    assert (done.stdout, done.stderr) == (b"out\n", b"err\n")


def test_exec_keeps_the_words_of_a_command(place):
    done = lab(*place, "--", "printf", "%s|", "a b", "", "--", "$HOME")
    assert done.stdout == b"a b||--|$HOME|"


def test_exec_returns_although_the_command_left_children(place):
    started = time.monotonic()
    done = sh(place, "sleep 60 & echo left")
    assert done.stdout == b"left\n" and time.monotonic() - started < 30


def test_exec_works_side_by_side(place):
    running = [subprocess.Popen([LAB, *place, "--", "sh", "-c", f"read line; echo {n} $line"], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE) for n in range(5)]
    # All run at once: none has its line of input yet.
    answers = [process.communicate(b"ok\n", timeout=60)[0] for process in reversed(running)]
    assert answers == [f"{n} ok\n".encode() for n in reversed(range(5))]


def test_tmp_is_writable(place):
    assert sh(place, "echo x >/tmp/lab-test && cat /tmp/lab-test && rm /tmp/lab-test").stdout == b"x\n"


def test_exec_on_a_node_changes_only_the_network(tmp_path):
    (tmp_path / "file").write_text("seen")
    done = subprocess.run([LAB, "exec", "worker1", "--", "sh", "-c", "cat file; echo $MINE; ovs-vsctl get-controller br-int"],
                          cwd=tmp_path, env={**os.environ, "MINE": "kept"}, capture_output=True, text=True)
    assert done.stdout.startswith("seenkept\ntcp:127.0.0.1:6633")


@pytest.mark.parametrize("command, answer", [
    ("ip -V", "iproute2"), ("tcpdump --version", "tcpdump version"), ("lsmod", r"(?m)^ipip "),
    ("ip -o link show tunl0", "link/ipip"), ("ip -o link show lo", "LOOPBACK,UP"), ("ip -o link show eth0", "LOWER_UP")])
def test_guest_has_its_tools(places, command, answer):
    done = sh(places["guest"], f"{command} 2>&1")
    assert done.returncode == 0 and re.search(answer, done.stdout.decode()), done


def test_guest_has_at_most_128_mib(places):
    total = re.search(rb"MemTotal: +(\d+) kB", sh(places["guest"], "cat /proc/meminfo").stdout)
    assert int(total[1]) <= 128 << 10


def status():
    return {(line["process"], line["node"]): line["pid"] for line in json.loads(lab("status", "--format", "json").stdout)}


@pytest.mark.parametrize("process, node", [("agent", "worker3"), ("vswitchd", "worker3"), ("ovsdb-server", "worker3"),
                                           ("weftd", "controller"), ("store", "controller")])
def test_kill_and_start(process, node):
    old = status()[process, node]
    assert pathlib.Path(f"/proc/{old}").exists()
    assert lab("kill", process, node).returncode == 0
    assert not pathlib.Path(f"/proc/{old}").exists()
    assert status()[process, node] is None
    assert lab("kill", process, node).returncode != 0
    assert lab("start", process, node).returncode == 0
    new = status()[process, node]
    assert new not in (None, old)
    assert lab("start", process, node).returncode == 0
    assert status()[process, node] == new


def test_ovs_appctl_on_a_node_finds_its_switch():
    done = lab("exec", "worker1", "--", "ovs-appctl", "version")
    assert done.returncode == 0 and b"ovs-vswitchd (Open vSwitch)" in done.stdout


def test_a_process_starts_while_another_waits_to_be_ready():
    assert lab("kill", "weftd").returncode == 0 and lab("kill", "store").returncode == 0
    with subprocess.Popen([LAB, "start", "weftd"]) as weftd:  # ready when it has reached the store
        Teller.wait_quietly(lambda: status()["weftd", "controller"], "weftd runs")
        assert lab("start", "store").returncode == 0
        assert weftd.wait(60) == 0


def test_clients_wait_while_weftd_is_down(teller):
    assert lab("kill", "weftd").returncode == 0
    address = urllib.parse.urlsplit(teller.environment["OS_ENDPOINT"])
    client = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    client.request("GET", "/v2.0/networks")  # connected and sent: nobody answers
    assert not select.select([client.sock], [], [], 0)[0]
    assert lab("start", "weftd").returncode == 0
    assert client.getresponse().status == 200
    client.close()


def test_up_again_changes_nothing():
    before = status()
    assert lab("up").returncode == 0
    assert status() == before


def test_a_second_lab_lives_beside_and_leaves_nothing():
    mine, other = status(), {"LAB_NAME": f"{os.environ['LAB_NAME']}-2"}
    before = machine_state()
    assert lab("down", env=other).returncode == 0  # nothing is up: fine
    assert lab("up", "--workers", "1", env=other, timeout=300).returncode == 0
    tenant = Tenant(Teller(quiet=True, lab=other["LAB_NAME"]))
    tenant.start_vm("vm", "worker1")
    tenant.start_pod("pod", "worker1")
    assert lab("exec", "worker1", "--", "sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 &", env=other).returncode == 0
    full = machine_state()
    # Every kind of trace is seen while there is something to see; interfaces are in the namespaces.
    assert [kind for kind in full if full[kind] == before[kind]] == ["interfaces"]
    assert b" tap" in lab("exec", "worker1", "--", "ip", "-o", "link", env=other).stdout
    assert any("sleep\x001000" in command for command in full["processes"].values())
    assert any("containerd-shim" in command for command in full["processes"].values())
    subprocess.run(["kill", "-9", str(json.loads(lab("status", "--format", "json", env=other).stdout)[0]["pid"])], check=True)
    assert lab("down", env=other).returncode == 0
    assert machine_state() == before
    assert status() == mine


def machine_state():
    """Every kind of trace that the second lab may leave on this machine."""
    second = f"{os.environ['LAB_NAME']}-2"
    return {
        "namespaces": {name for name in os.listdir("/var/run/netns") if name.startswith(f"{second}-")},
        "interfaces": {name for name in os.listdir("/sys/class/net")
                       if re.match("tap|br-|ovs-|worker|p-worker|controller", name)},
        "processes": processes_of(second),
        "mounts": {line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines() if second in line},
        "cgroups": {str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"**/{second}")},
        "runtime": set(map(str, pathlib.Path(f"/run/containerd/runc/{second}").glob("*"))),
        "CNI results": {path.name for path in pathlib.Path("/var/lib/cni/results").glob(f"*-{second}-*")},
        "folder": pathlib.Path(f"/run/weft-lab/{second}").exists(),
    }


def processes_of(second):
    """The commands of processes whose environment or command line names the lab: also those that an exec left."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            environment, command = ((folder / name).read_bytes() for name in ("environ", "cmdline"))
        except OSError:
            continue
        names = (f"WEFT_LAB_MARK={second}", f"LAB_NAME={second}")
        if set(environment.decode(errors="replace").split("\0")) & set(names) or second in command.decode(errors="replace"):
            found[folder.name] = command.decode(errors="replace")
    return found
