"""What runs in the lab, as a table or as JSON."""
import json
import sys
from dataclasses import dataclass

from weftlab import processes, services

COLUMNS = ("NODE", "PROCESS", "PID", "STATE")


@dataclass
class Line:
    """One process of the lab; pid is None when it is not running."""

    process: str
    node: str
    pid: int | None

    @property
    def state(self):
        return "running" if self.pid else "down"


def lines(lab, workers):
    """Every process that runs or should run, the controller's first."""
    expected = [(process, lab.controller.name) for process in services.CONTROLLER]
    expected += [(process, node.name) for node in workers for process in services.WORKER]
    pids = {(r.process, r.node): processes.main_pid(lab, r) for r in processes.all_records(lab)}
    others = [key for key in pids if key not in expected]
    return [Line(process, node, pids.get((process, node))) for process, node in [*expected, *others]]


def as_json(found):
    return json.dumps([{"process": line.process, "node": line.node, "pid": line.pid, "state": line.state}
                       for line in found], indent=2)


def as_table(found, colour=None):
    colour = sys.stdout.isatty() if colour is None else colour
    rows = [COLUMNS] + [(line.node, line.process, str(line.pid or "-"), line.state) for line in found]
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return "\n".join(_row(row, widths, colour) for row in rows)


def _row(row, widths, colour):
    cells = [text.ljust(width) for text, width in zip(row, widths)]
    if colour:
        code = {"running": "32", "down": "31;1", "STATE": "1"}[row[3]]
        cells[3] = f"\033[{code}m{cells[3]}\033[0m"
    return "  ".join(cells).rstrip()
