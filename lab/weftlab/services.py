"""What `kill` and `start` know: the names of processes, where each lives, how each starts."""
from weftlab import daemons, processes, switch
from weftlab.errors import LabError
from weftlab.shell import wait_until

CONTROLLER = {"store": daemons.start_store, "weftd": daemons.start_weftd}


def _start_vswitchd(node):
    switch.start_switch(node)
    if processes.is_running(node.lab, node.name, "agent"):
        # The database's is_connected may be what the dead switch left there: the agent itself knows.
        wait_until(lambda: daemons.agent_healthy(node), f"the agent of {node.name} to connect to the switch")


WORKER = {"ovsdb-server": switch.start_database, "vswitchd": _start_vswitchd, "agent": daemons.start_agent}


def nodes_of(lab, process, node_name, workers):
    """The nodes that a `kill` or `start` means: the one named, else all that have this process."""
    candidates = [lab.controller] if process in CONTROLLER else workers if process in WORKER else []
    if not candidates:
        raise LabError(f"unknown process {process!r}: one of {', '.join([*CONTROLLER, *WORKER])}")
    if node_name is None:
        return candidates
    chosen = [node for node in candidates if node.name == node_name]
    if not chosen:
        raise LabError(f"no {process} on {node_name}: only on {', '.join(node.name for node in candidates)}")
    return chosen


def start(node, process):
    """Starts a process unless it runs; returns when it is ready."""
    if not processes.is_running(node.lab, node.name, process):
        processes.forget(node.lab, node.name, process)
        {**CONTROLLER, **WORKER}[process](node)


def kill(node, process):
    """Kills a process (-9); returns when it is gone. False if it did not run."""
    return processes.kill(node.lab, node.name, process)
