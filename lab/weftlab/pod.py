"""Pods: containers that containerd starts, wired by CNI plugins that containerd's own CNI runtime calls."""
import json
import os
import pathlib
import re
import shutil
import uuid

from weftlab import containers, daemons, processes, relay
from weftlab.errors import LabError
from weftlab.shell import wait_until

STARTED = "pod runs"
MAIN = f"echo {STARTED}; exec sleep 2147483647"
MARKED = f'echo {STARTED}; exec "$@"'
# ctr knows no configuration folder but /etc/cni/net.d and passes no CNI arguments: each pod has its own folder there.
WITH_CNI_FOLDERS = ('mount --bind "$1" {} && mount --bind "$2" {} && shift 2 && exec "$@"'
                    .format(containers.CNI_CONFIG_DIR, containers.CNI_PLUGIN_DIR))
DISTRIBUTION_PLUGINS = pathlib.Path("/usr/lib/cni")


def configuration(lab, node, options):
    """The CNI configuration list of one pod: Weft's, or the file that the user gave."""
    if options.conflist:
        return pathlib.Path(options.conflist).read_text()
    if not (options.network or options.port):
        raise LabError("pod start needs --network or --port (or --conflist)")
    plugin = {"type": "weft-cni", "agent_socket": str(node.cni_socket)}
    if options.network:
        plugin["network"] = options.network
    if options.security_group:
        plugin["security_groups"] = options.security_group
    if options.port:
        plugin["port"] = options.port
    # A runtime brings the loopback interface up itself; ctr does not.
    return json.dumps({"cniVersion": "1.0.0", "name": "weft", "plugins": [plugin, {"type": "loopback"}]}, indent=2)


def _folder(lab, name):
    return lab.dir / "pods" / name


def _process(name):
    return f"pod:{name}"


def _node_name(lab, name):
    try:
        return (_folder(lab, name) / "node").read_text()
    except FileNotFoundError as error:
        raise LabError(f"no pod {name}") from error


def start(lab, name, node, config):
    """Starts a pod; returns when CNI ADD succeeded and its container runs. A pod that fails leaves nothing."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", name):
        raise LabError(f"{name!r} is no name for a pod")
    folder = _folder(lab, name)
    try:
        (folder / "net.d").mkdir(parents=True)
    except FileExistsError as error:
        raise LabError(f"pod {name} exists") from error
    (folder / "node").write_text(node.name)
    (folder / "net.d" / "10-pod.conflist").write_text(config)
    processes.log_file(lab, node.name, _process(name)).unlink(missing_ok=True)
    _run_in_background(lab, name, node, folder)
    try:
        wait_until(lambda: _started_or_dead(lab, name, node), f"pod {name} to run", 60, interval=0.005)
    except LabError:
        _remove(lab, name, node.name)
        raise


def _run_in_background(lab, name, node, folder):
    command = containers.ctr_command(lab, "run", "--rm", "--cni", "--snapshotter", "native", "--label", f"node={node.name}",
                                     f"docker.io/{containers.IMAGE}", name, "/bin/sh", "-c", MAIN)
    processes.spawn(lab, node.name, _process(name),
                    ["unshare", "--mount", "sh", "-c", WITH_CNI_FOLDERS, "sh", folder / "net.d", _plugin_folder(lab),
                     *command], namespace=node.namespace)


def _plugin_folder(lab):
    """Weft's plugin and the distribution's, in one folder as a container host has them."""
    folder = lab.dir / "cni-bin"
    if not folder.exists():
        partial = folder.with_suffix(f".{os.getpid()}")
        partial.mkdir()
        for plugin in [daemons.program(lab, "weft-cni"), *DISTRIBUTION_PLUGINS.glob("*")]:
            (partial / plugin.name).symlink_to(plugin)
        try:
            partial.rename(folder)
        except OSError:
            shutil.rmtree(partial)  # another pod was faster
    return folder


def _log(lab, name, node_name):
    path = processes.log_file(lab, node_name, _process(name))
    return path.read_text(errors="replace") if path.exists() else ""


def _started_or_dead(lab, name, node):
    if STARTED in _log(lab, name, node.name):
        return True
    if not processes.is_running(lab, node.name, _process(name)):
        raise LabError(f"pod {name} did not start:\n{_log(lab, name, node.name).strip()}")
    return False


def execute(lab, name, command):
    """Runs a command in a pod, in the place of this process."""
    _node_name(lab, name)
    exec_id = f"exec-{uuid.uuid4().hex}"
    relay.become(containers.ctr_command(lab, "task", "exec", "--exec-id", exec_id, name, "/bin/sh", "-c", MARKED, "sh", *command),
                 marker=f"{STARTED}\n".encode())


def stop(lab, name):
    """Ends a pod's container; returns when containerd has run CNI DEL."""
    node_name = _node_name(lab, name)
    process = processes.find(lab, node_name, _process(name))
    containers.ctr(lab, "task", "kill", "--signal", "SIGKILL", name, check=False)
    if process:
        wait_until(lambda: not processes.is_running(lab, node_name, _process(name)), f"CNI DEL of pod {name}", 60, 0.005)
    complaint = _log(lab, name, node_name).partition(STARTED)[2].strip()
    _remove(lab, name, node_name)
    if "error" in complaint:
        raise LabError(f"pod {name} is gone, but CNI DEL failed:\n{complaint}")


def _remove(lab, name, node_name):
    """Removes what is left of a pod, whatever state it is in."""
    processes.kill(lab, node_name, _process(name))
    containers.ctr(lab, "task", "delete", "--force", name, check=False)
    containers.ctr(lab, "container", "delete", name, check=False)
    processes.log_file(lab, node_name, _process(name)).unlink(missing_ok=True)
    shutil.rmtree(_folder(lab, name), ignore_errors=True)
