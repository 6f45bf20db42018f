"""A machine without an address: one interface on a network, and files of its own that its programs may change."""
import os
import pathlib
import signal
import subprocess
import tempfile

from place import Place
from story.teller import Teller
from weftlab import netns
from weftlab.layout import Lab

DEVICE = "eth0"
OWN_FOLDERS = ("/run", "/tmp", "/var/lib/dhcp", "/var/lib/dhcpcd", "/etc/systemd/network")


class Machine(Place):
    """A process with network, files, host name and children of its own; all of it ends with the process.

    Its interface is one end of a veth pair; the other end is plugged into the node's switch and carries the port.
    """

    def __init__(self, node, port):
        lab = Lab.from_environment()
        self._node = lab.worker(int(node.removeprefix("worker")))
        self._switch_end = f"m-{port['id'][:11]}"
        self._keeper = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sleep", "infinity"],
            env={**os.environ, **lab.mark}, stdin=subprocess.DEVNULL)
        try:
            self._pid = Teller.wait_quietly(lambda: child_of(self._keeper.pid, "sleep"), "the machine runs")
            super().__init__(f"/proc/{self._pid}/ns/net", DEVICE, port)
            self._make_files()
            self._make_wire()
            self.plug()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _make_files(self):
        for folder in OWN_FOLDERS:
            self.run("mount", "-t", "tmpfs", "tmpfs", folder)
        self.run("touch", "/run/resolv.conf")
        self.run("mount", "--bind", "/run/resolv.conf", "/etc/resolv.conf")
        self.run("mount", "-t", "sysfs", "-o", "ro", "sysfs", "/sys")  # tells systemd that there is no udev

    def _make_wire(self):
        self._on_node("ip", "link", "add", self._switch_end, "type", "veth",
                      "peer", "name", DEVICE, "address", self.mac, "netns", str(self._pid))
        self._on_node("ip", "link", "set", self._switch_end, "addrgenmode", "none", "up")  # the node itself says nothing there
        self.run("ip", "link", "set", "lo", "up")
        self.run("ethtool", "-K", DEVICE, "tx", "off")  # the switch takes frames as they are
        self.set("accept_dad=0", "router_solicitation_delay=0")  # IPv6 at once

    def _on_node(self, *words):
        netns.run_in(self._node, *words)

    def plug(self):
        self._on_node("ovs-vsctl", "add-port", "br-int", self._switch_end, "--", "set", "Interface", self._switch_end,
                      f"external-ids:iface-id={self.id}", f"external-ids:attached-mac={self.mac}",
                      "external-ids:iface-status=active")

    def unplug(self):
        self._on_node("ovs-vsctl", "--if-exists", "del-port", "br-int", self._switch_end)

    def stop(self):
        self._keeper.kill()
        self._keeper.wait()
        self.unplug()

    def command(self, *words):
        """The words that run a command in this machine."""
        return ["nsenter", f"--target={self._pid}", "--net", "--mount", "--uts", "--pid", *words]

    def run(self, *words, check=True, input="", timeout=30):
        """Runs one of the host's programs in this machine; gives its output."""
        done = subprocess.run(self.command(*words), text=True, errors="replace", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, input=input, timeout=timeout)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}")
        return done.stdout

    def start(self, *words):
        """Starts a program that goes on."""
        return Running(self.command(*words), words[0])

    def set(self, *settings):
        """Settings of IPv6 on the interface."""
        self.run("sysctl", "-qw", *(f"net.ipv6.conf.{DEVICE}.{setting}" for setting in settings))

    def up(self):
        self.run("ip", "link", "set", DEVICE, "up")

    def addresses(self):
        """ADDRESS/PREFIX of the interface, those of its link left out."""
        words = self.run("ip", "-o", "address", "show", "dev", DEVICE, "scope", "global").split()
        return {word for before, word in zip(words, words[1:]) if before in ("inet", "inet6")}

    def routes(self, version=4):
        """Routes as `ip route` writes them, without who made them."""
        lines = self.run("ip", f"-{version}", "route", "show", "dev", DEVICE).splitlines()
        return {line.split(" proto ")[0].split(" scope ")[0].strip() for line in lines}

    def mtu(self):
        return int(self.file(f"/sys/class/net/{DEVICE}/mtu").read_text())

    def write(self, path, text, mode="644"):
        self.run("install", f"--mode={mode}", "-D", "/dev/stdin", path, input=text)

    def file(self, path):
        """A file of this machine, as this process sees it."""
        return pathlib.Path(f"/proc/{self._pid}/root{path}")

    def read(self, path):
        """The text of a file; empty while there is none."""
        try:
            return self.file(path).read_text()
        except FileNotFoundError:
            return ""


class Running:
    """A program that runs in a machine."""

    def __init__(self, command, program):
        self._output = tempfile.TemporaryFile()
        self._entry = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._output, stderr=subprocess.STDOUT)
        name = os.path.basename(program)[:15]  # as the kernel cuts it
        self._pid = Teller.wait_quietly(lambda: self.ended() or child_of(self._entry.pid, name), f"{program} runs")

    def output(self):
        return os.pread(self._output.fileno(), 1 << 24, 0).decode(errors="replace")

    def ended(self):
        return self._entry.poll() is not None

    def signal(self, number):
        if not self.ended():
            os.kill(self._pid, number)

    def wait(self, timeout=20):
        self._entry.wait(timeout)

    def stop(self):
        """Ends it at once: a client has no time to release its lease."""
        self.signal(signal.SIGKILL)
        self.wait()


def child_of(pid, name):
    """The id of a process' first child once that has become this program; None before."""
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    try:
        return int(children[0]) if pathlib.Path(f"/proc/{children[0]}/comm").read_text() == f"{name}\n" else None
    except (IndexError, FileNotFoundError, ProcessLookupError):
        return None
