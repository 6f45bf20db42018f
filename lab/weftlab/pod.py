"""Pods: containers that containerd starts, wired by CNI plugins that containerd's own CNI runtime calls."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import uuid

from weftlab import containers, daemons, netns, processes, relay
from weftlab.errors import LabError
from weftlab.shell import run, wait_until

STARTED = "pod runs"
MAIN = f"echo {STARTED}; exec sleep 2147483647"
MARKED = f'echo {STARTED}; exec "$@"'
# ctr knows no configuration folder but /etc/cni/net.d and passes no CNI arguments: each pod has its own folder there.
WITH_CNI_FOLDERS = ('mount --bind "$1" {} && mount --bind "$2" {} && shift 2 && exec "$@"'
                    .format(containers.CNI_CONFIG_DIR, containers.CNI_PLUGIN_DIR))
CNI_RESULTS = pathlib.Path("/var/lib/cni/results")
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
    _config_file(lab, name).write_text(config)
    processes.log_file(lab, node.name, _process(name)).unlink(missing_ok=True)
    containers.make_cni_folders()
    _run_in_background(lab, name, node, folder)
    try:
        wait_until(lambda: _started_or_dead(lab, name, node), f"pod {name} to run", 60, interval=0.005)
    except LabError:
        _remove(lab, name, node.name)
        raise


def _run_in_background(lab, name, node, folder):
    command = containers.ctr_command(lab, "run", "--rm", "--cni", "--fifo-dir", containers.fifo_dir(lab),
                                     "--snapshotter", "native", "--label", f"node={node.name}",
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
    client = containers.ctr_command(lab, "task", "exec", "--exec-id", exec_id, "--fifo-dir", containers.fifo_dir(lab), name)
    relay.become([*client, "/bin/sh", "-c", MARKED, "sh", *command], marker=f"{STARTED}\n".encode())


def stop(lab, name):
    """Ends a pod's container; returns when CNI DEL is done. A pod whose DEL failed stays known: stop tries DEL again."""
    node_name = _node_name(lab, name)
    try:
        if processes.is_running(lab, node_name, _process(name)):
            _end(lab, name, node_name)
        else:
            _delete_attachment(lab, name, node_name)
    except LabError as error:
        raise LabError(f"pod {name} has ended, but CNI DEL failed (another `pod stop` tries it again):\n{error}") from error
    _remove(lab, name, node_name)


def _end(lab, name, node_name):
    """Kills the container, upon which containerd's runtime runs CNI DEL."""
    containers.ctr(lab, "task", "kill", "--signal", "SIGKILL", name, check=False)
    wait_until(lambda: not processes.is_running(lab, node_name, _process(name)), f"CNI DEL of pod {name}", 60, 0.005)
    complaint = _log(lab, name, node_name).partition(STARTED)[2].strip()
    if "error" in complaint:
        raise LabError(complaint)


def _delete_attachment(lab, name, node_name):
    """CNI DEL of a container that has ended: what the runtime called, in its place."""
    node = next(n for n in lab.workers(int(node_name.removeprefix("worker"))) if n.name == node_name)
    config = json.loads(_config_file(lab, name).read_text())
    plugins = _plugin_folder(lab)
    environment = {**os.environ, "CNI_COMMAND": "DEL", "CNI_CONTAINERID": f"{lab.name}-{name}", "CNI_IFNAME": "eth0",
                   "CNI_NETNS": "", "CNI_PATH": str(plugins)}
    for plugin in reversed(config["plugins"]):
        request = {**plugin, "cniVersion": config["cniVersion"], "name": config["name"]}
        run(*netns.enter(node.namespace), plugins / plugin["type"], env=environment, input=json.dumps(request))


def _config_file(lab, name):
    return _folder(lab, name) / "net.d" / "10-pod.conflist"


def forget_results(lab):
    """Removes what the CNI runtime keeps, outside the lab's folder, of pods that still run."""
    for folder in (lab.dir / "pods").glob("*"):
        _forget_result(lab, folder.name)


def _forget_result(lab, name):
    with contextlib.suppress(OSError, ValueError, KeyError):
        network = json.loads(_config_file(lab, name).read_text())["name"]
        (CNI_RESULTS / f"{network}-{lab.name}-{name}-eth0").unlink()


def _remove(lab, name, node_name):
    """Removes what is left of a pod, whatever state it is in."""
    processes.kill(lab, node_name, _process(name))
    containers.ctr(lab, "task", "delete", "--force", name, check=False)
    containers.ctr(lab, "container", "delete", name, check=False)
    processes.log_file(lab, node_name, _process(name)).unlink(missing_ok=True)
    _forget_result(lab, name)
    shutil.rmtree(_folder(lab, name), ignore_errors=True)
