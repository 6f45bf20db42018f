"""Network namespaces: making, entering, removing."""
import contextlib
import ctypes
import os
import pathlib

from weftlab.shell import run

CLONE_NEWNET = 0x40000000
NETNS_DIR = pathlib.Path("/var/run/netns")
_libc = ctypes.CDLL(None, use_errno=True)


def path(namespace):
    return NETNS_DIR / namespace


def exists(namespace):
    return path(namespace).exists()


def names():
    return sorted(p.name for p in NETNS_DIR.iterdir()) if NETNS_DIR.is_dir() else []


def enter(namespace):
    """The command prefix that changes the network namespace and nothing else.

    `ip netns exec` would also remount /sys, which hides the cgroups from a container runtime.
    """
    return ["nsenter", f"--net={path(namespace)}"]


def run_in(node, *argv, **kwargs):
    """Runs a command in a node's namespace with that node's OVS_* variables."""
    env = {**os.environ, **node.ovs_environment()}
    return run(*enter(node.namespace), *argv, env=env, **kwargs)


def create(namespace):
    run("ip", "netns", "add", namespace)
    for key in ("bridge-nf-call-iptables", "bridge-nf-call-ip6tables", "bridge-nf-call-arptables"):
        # br_netfilter is on in new namespaces: bridged packets would pass the node's iptables.
        set_sysctl(namespace, f"net.bridge.{key}", "0")
    run("ip", "-n", namespace, "link", "set", "lo", "up")


def delete(namespace):
    run("ip", "netns", "delete", namespace, check=False)


def forget_mount():
    """`ip netns` mounts its folder over itself for the first namespace; with the last one that goes too."""
    if not names():
        run("umount", NETNS_DIR, check=False)


def set_sysctl(namespace, key, value):
    run(*enter(namespace), "sysctl", "-qw", f"{key}={value}", check=False)


@contextlib.contextmanager
def entered(namespace):
    """Makes this thread's new sockets belong to the namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    target = os.open(path(namespace), os.O_RDONLY | os.O_CLOEXEC)
    try:
        _setns(target)
        yield
    finally:
        _setns(home)
        os.close(target)
        os.close(home)


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, os.strerror(errno))
