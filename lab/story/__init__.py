"""First light, told step by step: `make demo` prints it, the system tests run the same steps one by one."""
