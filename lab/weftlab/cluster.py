"""The whole lab: up, down, and what it consists of."""
import concurrent.futures
import contextlib
import fcntl
import itertools
import os
import shutil

from weftlab import (api_socket, cgroups, containers, daemons, mounts, netns, pod, processes, services, switch,
                     underlay)
from weftlab.errors import LabError
from weftlab.layout import RUN, ROOT, Lab
from weftlab.shell import run, wait_until

DEFAULT_WORKERS = 3
MAX_WORKERS = 200


def exclusive(lab):
    """One command at a time may change what a lab consists of."""
    return _locked(lab, fcntl.LOCK_EX)


@contextlib.contextmanager
def process_lock(lab, node_name, process):
    """One command at a time may kill or start a process; other processes may be killed and started meanwhile."""
    with _locked(lab, fcntl.LOCK_SH), processes.locked(lab, node_name, process):
        yield


@contextlib.contextmanager
def _locked(lab, mode):
    """Holds the lab's lock, which `down` removes with all the rest."""
    RUN.mkdir(exist_ok=True)
    while True:
        fd = os.open(lab.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, mode)
        if lab.lock_file.exists() and os.stat(lab.lock_file).st_ino == os.fstat(fd).st_ino:
            break
        os.close(fd)
    try:
        yield
    finally:
        os.close(fd)


def workers_of(lab):
    """The workers of a lab that is up."""
    made = lab.recorded()
    if made is None:
        raise LabError(f"lab {lab.name} is not up (run: lab/lab up)")
    return lab.workers(made["workers"])


def find_node(lab, name):
    """A node of a lab that is up, by name."""
    nodes = [lab.controller, *workers_of(lab), lab.underlay]
    for node in nodes:
        if node.name == name:
            return node
    raise LabError(f"no node {name!r}: one of {', '.join(node.name for node in nodes)}")


def find_worker(lab, name):
    node = find_node(lab, name)
    if not node.name.startswith("worker"):
        raise LabError(f"{name} is no worker")
    return node


def build(lab):
    """Installs and builds what the lab needs; nothing to do is quick. Another WEFT_BUILD is its owner's to build."""
    if lab.build_dir == ROOT / "build":
        run("make", "-s", "-C", ROOT, "programs")


def up(lab, worker_count, say=lambda text: None):
    """Brings the lab up, or completes one that is up already; returns when every node is connected."""
    if not 1 <= worker_count <= MAX_WORKERS:
        raise LabError(f"1 to {MAX_WORKERS} workers")
    api_socket.wanted_port(lab)
    say("building")
    build(lab)
    with exclusive(lab):
        if not _is_intact(lab, worker_count):
            _remove_all(lab)
            say("wiring the underlay")
            _make_network(lab, worker_count)
        say("starting the controller")
        _start_controller(lab)
        say(f"starting {worker_count} workers")
        _start_workers(lab, lab.workers(worker_count))


def _is_intact(lab, worker_count):
    try:
        workers = workers_of(lab)
    except LabError:
        return False
    nodes = [lab.controller, lab.underlay, *workers]
    if not all(netns.exists(node.namespace) for node in nodes):
        return False
    if len(workers) != worker_count:
        raise LabError(f"lab {lab.name} is up with {len(workers)} workers (run lab/lab down first)")
    if Lab.from_environment().wire != lab.wire:
        raise LabError(f"lab {lab.name} is up on another underlay (run lab/lab down first)")
    return True


def _make_network(lab, worker_count):
    lab.dir.mkdir(parents=True, exist_ok=True)
    underlay.create(lab)
    underlay.add_node(lab.controller)
    underlay.give_addresses(lab.controller, underlay.NIC)
    for worker in lab.workers(worker_count):
        underlay.add_node(worker)
        underlay.add_provider_nic(worker)
        # Interfaces of ports have no addresses of the node: it must not answer ARP through them.
        netns.set_sysctl(worker.namespace, "net.ipv4.conf.all.arp_ignore", "1")
    lab.record(worker_count)


def _start_controller(lab):
    if not processes.is_running(lab, "host", api_socket.PROCESS):
        (lab.dir / "api.sock").unlink(missing_ok=True)
        api_socket.start(lab)
    containers.start(lab)
    for process in ("store", "weftd"):
        services.start(lab.controller, process)


def _start_workers(lab, workers):
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(_start_worker_switch, workers))
        _meet_neighbours(pool, workers)
        list(pool.map(lambda node: services.start(node, "agent"), workers))
    for node in workers:
        wait_until(lambda node=node: switch.controllers_connected(node), f"the agent of {node.name} to connect br-int")


def _start_worker_switch(node):
    for process in ("ovsdb-server", "vswitchd"):
        services.start(node, process)


def _meet_neighbours(pool, workers):
    """Every node pings every other: the underlay works, and the switches know their tunnel neighbours' MACs."""
    def greet(node_and_address):
        node, address = node_and_address
        netns.run_in(node, "ping", "-q", "-c", "1", "-W", "5", address)
    nodes = [*workers, workers[0].lab.controller]
    list(pool.map(greet, [(one, address) for one, other in itertools.permutations(nodes, 2) if one in workers
                          for address in other.addresses_for(one)]))


def down(lab):
    """Removes everything of this lab, also what a crashed or half-made one left."""
    with exclusive(lab):
        _remove_all(lab)
        lab.lock_file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        RUN.rmdir()
        containers.remove_cni_folders()


def _remove_all(lab):
    containers.forget_shims(lab)
    processes.sweep(lab)
    containers.forget_runtime(lab)
    pod.forget_results(lab)
    mounts.unmount_under(lab.dir)
    cgroups.remove(lab)
    for namespace in netns.names():
        if lab.owns_namespace(namespace):
            netns.delete(namespace)
    netns.forget_mount()
    shutil.rmtree(lab.dir, ignore_errors=True)


def environment(lab):
    """Variables for a user's shell: the openstack client, `weft`, containerd's ctr."""
    port = api_socket.port(lab)
    return {
        "LAB_NAME": lab.name,
        "LAB_DIR": str(lab.dir),
        "OS_AUTH_TYPE": "none",
        "OS_ENDPOINT": f"http://{api_socket.HOST}:{port}",
        "WEFT_STORE": f"unix:{lab.store_socket}",
        "CONTAINERD_ADDRESS": str(containers.socket_path(lab)),
        "CONTAINERD_NAMESPACE": lab.name,
    }


def tools_dir(lab):
    """A folder for PATH: `weft` as it runs on the controller, from where it reaches the agents, and `lab`."""
    folder = lab.dir / "bin"
    folder.mkdir(exist_ok=True)
    enter = " ".join(netns.enter(lab.controller.namespace))
    program = daemons.program(lab, "weft")
    _write_tool(folder / "weft", f'WEFT_STORE=unix:{lab.store_socket} exec {enter} "{program}" "$@"')
    _write_tool(folder / "lab", f'LAB_NAME={lab.name} exec "{ROOT}/lab/lab" "$@"')
    return folder


def _write_tool(path, command):
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)
