"""Resident memory of every process of the lab."""


def _resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


def run(lab, report, _quick):
    for row in lab.processes():
        if row["node"] in ("controller", "worker1"):
            report.add(f"RSS of {row['process']} on {row['node']}", _resident_mib(row["pid"]), "MiB")
