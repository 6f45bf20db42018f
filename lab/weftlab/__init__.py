"""The Weft lab: several nodes on one machine, each a network namespace with its own Open vSwitch."""
